-- A run file of schema 7 as RingScope 0.1.0 wrote it: a run, one that failed, a kept trace, and a run whose name, tags,
-- note and file name hold bytes that are no UTF-8, or NUL. What migration_test starts from.
PRAGMA application_id = 1381196656;
PRAGMA user_version = 7;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE run (
    id                 INTEGER PRIMARY KEY,
    uuid               TEXT NOT NULL UNIQUE,
    name               TEXT NOT NULL,
    note               TEXT NOT NULL DEFAULT '',
    baseline           INTEGER NOT NULL DEFAULT 0 CHECK (baseline IN (0, 1)),
    archived           INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    started_utc_ms     INTEGER NOT NULL,
    saved_utc_ms       INTEGER NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('done', 'failed', 'cancelled')),
    error              TEXT NOT NULL,
    error_kind         TEXT NOT NULL CHECK (error_kind IN ('bad_input', 'run_failed', 'io', 'cancelled')),
    experiment_hash    TEXT NOT NULL,
    settings           TEXT NOT NULL,
    -- provenance
    version            TEXT NOT NULL,
    host               TEXT NOT NULL,
    cpu                TEXT NOT NULL,
    cores              INTEGER NOT NULL,
    memory_bytes       INTEGER NOT NULL,
    os                 TEXT NOT NULL,
    device             TEXT NOT NULL,
    kernel             TEXT NOT NULL,
    transport          TEXT NOT NULL,
    threads            INTEGER NOT NULL,
    input_name         TEXT NOT NULL,
    -- what lists show, sort and filter by
    dtype              TEXT NOT NULL,
    seq_len            INTEGER NOT NULL,
    ranks              INTEGER NOT NULL,
    strategy           TEXT NOT NULL,
    layout             TEXT NOT NULL,
    seconds            REAL NOT NULL,
    flops              REAL NOT NULL,
    gflops_per_second  REAL NOT NULL,
    bytes_on_wire      INTEGER NOT NULL,
    overlap_efficiency REAL NOT NULL,
    compute_imbalance  REAL NOT NULL,
    peak_bytes         INTEGER NOT NULL,
    wall_ns            INTEGER NOT NULL,
    spans              INTEGER NOT NULL
, revision TEXT NOT NULL DEFAULT '', output_bytes INTEGER NOT NULL DEFAULT 0, kind TEXT NOT NULL DEFAULT 'run' CHECK (kind IN ('run', 'trace')), origin TEXT NOT NULL DEFAULT 'measured'
    CHECK (origin IN ('measured', 'replayed', 'simulated', 'imported'))) STRICT;
CREATE TABLE run_tag (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE experiment (
    run  INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    json TEXT NOT NULL
, fields TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE rank_metric (
    run                      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank                     INTEGER NOT NULL,
    peak_bytes               INTEGER NOT NULL,
    predicted_peak_bytes     INTEGER NOT NULL,
    peak_query               INTEGER NOT NULL,
    peak_own_kv              INTEGER NOT NULL,
    peak_travelling_kv       INTEGER NOT NULL,
    peak_output              INTEGER NOT NULL,
    peak_lse                 INTEGER NOT NULL,
    peak_workspace           INTEGER NOT NULL,
    sent_bytes               INTEGER NOT NULL,
    received_bytes           INTEGER NOT NULL,
    compute_seconds          REAL NOT NULL,
    core_seconds             REAL NOT NULL,
    pack_seconds             REAL NOT NULL,
    merge_seconds            REAL NOT NULL,
    exposed_transfer_seconds REAL NOT NULL,
    wait_peer_seconds        REAL NOT NULL,
    wait_link_seconds        REAL NOT NULL,
    wait_core_seconds        REAL NOT NULL,
    idle_seconds             REAL NOT NULL,
    transfer_seconds         REAL NOT NULL,
    PRIMARY KEY (run, rank)
) STRICT, WITHOUT ROWID;
CREATE TABLE verification (
    run                    INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    checked_rows           INTEGER NOT NULL,
    total_rows             INTEGER NOT NULL,
    max_abs_error          REAL,
    relative_error         REAL,
    max_lse_error          REAL,
    wrong_empty_rows       INTEGER NOT NULL,
    coverage_ok            INTEGER NOT NULL CHECK (coverage_ok IN (0, 1)),
    passed                 INTEGER NOT NULL CHECK (passed IN (0, 1))
, max_row_relative_error REAL, wrong_o_rows INTEGER NOT NULL DEFAULT 0, wrong_lse_rows INTEGER NOT NULL DEFAULT 0, unjudged_rows INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE trace_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL CHECK (kind IN ('spans', 'transfers', 'memory')),
    chunk  INTEGER NOT NULL,
    items  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, kind, chunk)
) STRICT;
CREATE TABLE output_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tensor TEXT NOT NULL CHECK (tensor IN ('o', 'lse')),
    chunk  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, tensor, chunk)
) STRICT;
CREATE TABLE kept_trace (
    run       INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    file_name TEXT NOT NULL,
    bytes     INTEGER NOT NULL,
    hash      TEXT NOT NULL,  -- of the file's bytes, to know it again
    packed    INTEGER NOT NULL CHECK (packed IN (0, 1))  -- 1: the chunks are its gzip; 0: the file itself
) STRICT;
CREATE TABLE kept_trace_chunk (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (run, chunk)
) STRICT;
CREATE TABLE run_figure (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE rank_figure (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank  INTEGER NOT NULL,
    key   TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, rank, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE worst_row (
    run         INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    what        TEXT NOT NULL CHECK (what IN ('o', 'lse', 'empty')),
    batch_index INTEGER NOT NULL,
    head        INTEGER NOT NULL,
    token       INTEGER NOT NULL,
    error       REAL,
    allowed     REAL,
    PRIMARY KEY (run, what)
) STRICT, WITHOUT ROWID;
INSERT INTO run VALUES (1,'04d78d7c-a4a2-4668-875c-2d9aee41cf06','kept by schema 7','',1,0,1796081082892,1796081082907,'done','','run_failed','67386593cfedcba0','n 16, 2 heads, w 8/16, r 1/2, causal, 4 ranks, ring','0.1.0','host','Intel(R) Xeon(R) Processor',2,25276510208,'Debian GNU/Linux 12 (bookworm), Linux 6.18.44-fc-v657','cpu','avx512','shared',2,'','f32',16,4,'ring','contiguous',0.00044682,1728.0,0.003867329125822479,640,0.4174015285126397,2.5287444809238084,832,446820,43,'29942b425f28',0,'run','measured');
INSERT INTO run VALUES (2,'f5014cc3-9d10-4032-82dc-c3c6d78222d2','a run that failed','',0,0,1796081082948,1796081082950,'failed','rank 2 was lost','run_failed','67386593cfedcba0','n 16, 2 heads, w 8/16, r 1/2, causal, 4 ranks, ring','0.1.0','host','Intel(R) Xeon(R) Processor',2,25276510208,'Debian GNU/Linux 12 (bookworm), Linux 6.18.44-fc-v657','cpu','avx512','shared',2,'','f32',16,4,'ring','contiguous',0.0,0.0,0.0,0,1.0,1.0,0,403383,40,'29942b425f28',0,'run','measured');
INSERT INTO run VALUES (3,'4f194c6c-6ce4-46bd-88e8-4ce24f06d022','trace.json','',0,0,1796081082966,1796081082966,'done','','run_failed','','trace.json: 2 events, 2 slices in 1 lane, 15.0 µs, 116 B','0.1.0','','',0,0,'','','','',0,'','',0,0,'','',0.0,0.0,0.0,0,1.0,1.0,0,0,2,'29942b425f28',0,'trace','imported');
INSERT INTO run VALUES (4,'76121ed9-9d44-4cef-8ce6-694fed1fb300',CAST(X'6eff' AS TEXT),CAST(X'610062' AS TEXT),0,0,1796081083056,1796081083059,'done','','run_failed','67386593cfedcba0','n 16, 2 heads, w 8/16, r 1/2, causal, 4 ranks, ring','0.1.0','host','Intel(R) Xeon(R) Processor',2,25276510208,'Debian GNU/Linux 12 (bookworm), Linux 6.18.44-fc-v657','cpu','avx512','shared',2,CAST(X'6be92e73616665' AS TEXT),'f32',16,4,'ring','contiguous',0.0005891360000000001,1728.0,0.002933108823769045,640,0.8888030888030888,1.9421956769055744,832,589136,40,'29942b425f28',0,'run','measured');
INSERT INTO run_tag VALUES (1,'first');
INSERT INTO run_tag VALUES (4,CAST(X'74fe' AS TEXT));
INSERT INTO run_tag VALUES (4,CAST(X'74ff' AS TEXT));
INSERT INTO experiment VALUES (1,'{
  "problem": {
    "batch": 1,
    "seq_len": 16,
    "heads": 2,
    "kv_heads": null,
    "head_dim": 4,
    "dtype": "f32",
    "causal": true,
    "softmax_scale": null,
    "queries": "dilated",
    "mixing": "head_groups",
    "head_groups": [
      {
        "segment_length": 8,
        "dilation_rate": 1,
        "heads": null,
        "offset": "auto"
      },
      {
        "segment_length": 16,
        "dilation_rate": 2,
        "heads": null,
        "offset": "auto"
      }
    ]
  },
  "ring": {
    "ranks": 4,
    "layout": "contiguous",
    "stripe_block": 1,
    "strategy": "ring",
    "overlap": true,
    "dilate_before_send": true,
    "prune": true,
    "accumulator": "lse",
    "timeout_seconds": 30.0
  },
  "backend": {
    "device": "auto",
    "transport": "auto",
    "kernel": "auto",
    "threads": 0
  },
  "input": {
    "seed": 1
  }
}
','
problem.batch=1
problem.seq_len=16
problem.heads=2
problem.kv_heads=null
problem.head_dim=4
problem.dtype=f32
problem.causal=true
problem.softmax_scale=null
problem.queries=dilated
problem.mixing=head_groups
problem.head_groups=[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]
ring.ranks=4
ring.layout=contiguous
ring.stripe_block=1
ring.strategy=ring
ring.overlap=true
ring.dilate_before_send=true
ring.prune=true
ring.accumulator=lse
ring.timeout_seconds=30
backend.device=auto
backend.transport=auto
backend.kernel=auto
backend.threads=0
input.seed=1');
INSERT INTO experiment VALUES (2,'{
  "problem": {
    "batch": 1,
    "seq_len": 16,
    "heads": 2,
    "kv_heads": null,
    "head_dim": 4,
    "dtype": "f32",
    "causal": true,
    "softmax_scale": null,
    "queries": "dilated",
    "mixing": "head_groups",
    "head_groups": [
      {
        "segment_length": 8,
        "dilation_rate": 1,
        "heads": null,
        "offset": "auto"
      },
      {
        "segment_length": 16,
        "dilation_rate": 2,
        "heads": null,
        "offset": "auto"
      }
    ]
  },
  "ring": {
    "ranks": 4,
    "layout": "contiguous",
    "stripe_block": 1,
    "strategy": "ring",
    "overlap": true,
    "dilate_before_send": true,
    "prune": true,
    "accumulator": "lse",
    "timeout_seconds": 30.0
  },
  "backend": {
    "device": "auto",
    "transport": "auto",
    "kernel": "auto",
    "threads": 0
  },
  "input": {
    "seed": 1
  }
}
','
problem.batch=1
problem.seq_len=16
problem.heads=2
problem.kv_heads=null
problem.head_dim=4
problem.dtype=f32
problem.causal=true
problem.softmax_scale=null
problem.queries=dilated
problem.mixing=head_groups
problem.head_groups=[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]
ring.ranks=4
ring.layout=contiguous
ring.stripe_block=1
ring.strategy=ring
ring.overlap=true
ring.dilate_before_send=true
ring.prune=true
ring.accumulator=lse
ring.timeout_seconds=30
backend.device=auto
backend.transport=auto
backend.kernel=auto
backend.threads=0
input.seed=1');
INSERT INTO experiment VALUES (4,'{
  "problem": {
    "batch": 1,
    "seq_len": 16,
    "heads": 2,
    "kv_heads": null,
    "head_dim": 4,
    "dtype": "f32",
    "causal": true,
    "softmax_scale": null,
    "queries": "dilated",
    "mixing": "head_groups",
    "head_groups": [
      {
        "segment_length": 8,
        "dilation_rate": 1,
        "heads": null,
        "offset": "auto"
      },
      {
        "segment_length": 16,
        "dilation_rate": 2,
        "heads": null,
        "offset": "auto"
      }
    ]
  },
  "ring": {
    "ranks": 4,
    "layout": "contiguous",
    "stripe_block": 1,
    "strategy": "ring",
    "overlap": true,
    "dilate_before_send": true,
    "prune": true,
    "accumulator": "lse",
    "timeout_seconds": 30.0
  },
  "backend": {
    "device": "auto",
    "transport": "auto",
    "kernel": "auto",
    "threads": 0
  },
  "input": {
    "seed": 1
  }
}
','
problem.batch=1
problem.seq_len=16
problem.heads=2
problem.kv_heads=null
problem.head_dim=4
problem.dtype=f32
problem.causal=true
problem.softmax_scale=null
problem.queries=dilated
problem.mixing=head_groups
problem.head_groups=[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]
ring.ranks=4
ring.layout=contiguous
ring.stripe_block=1
ring.strategy=ring
ring.overlap=true
ring.dilate_before_send=true
ring.prune=true
ring.accumulator=lse
ring.timeout_seconds=30
backend.device=auto
backend.transport=auto
backend.kernel=auto
backend.threads=0
input.seed=1');
INSERT INTO rank_metric VALUES (1,0,768,768,128,256,192,128,64,0,192,0,4.765e-06,4.765e-06,4.616e-06,0.0,0.0,5.5673e-05,0.0,1.8840000000000003e-05,0.000362926,0.0);
INSERT INTO rank_metric VALUES (1,1,832,832,128,256,256,128,64,0,128,192,9.445e-06,9.445000000000002e-06,2.526e-06,0.0,1.98e-07,5.519e-06,0.0,8.171e-06,0.000420961,1.98e-07);
INSERT INTO rank_metric VALUES (1,2,832,832,128,256,256,128,64,0,320,128,5.5841e-05,5.584100000000001e-05,9.998e-06,0.0,5.180000000000001e-07,0.00010474800000000001,8.533000000000001e-06,5.7446000000000005e-05,0.00020973600000000003,5.180000000000001e-07);
INSERT INTO rank_metric VALUES (1,3,832,832,128,256,256,128,64,0,0,320,1.8279000000000002e-05,1.8279e-05,0.0,0.0,2.75e-07,0.000189167,1.2212000000000001e-05,7.788e-05,0.00014900700000000002,9.85e-07);
INSERT INTO rank_metric VALUES (4,0,768,768,128,256,192,128,64,0,192,0,0.000165568,0.000170719,4.068e-06,0.0,0.0,0.0,0.0,0.00012074600000000001,0.00029875400000000003,0.0);
INSERT INTO rank_metric VALUES (4,1,832,832,128,256,256,128,64,0,128,192,5.1862000000000006e-05,5.1862000000000006e-05,2.6370000000000003e-06,0.0,0.0,0.0,0.0,8.399e-05,0.00045064700000000004,1.53e-07);
INSERT INTO rank_metric VALUES (4,2,832,832,128,256,256,128,64,0,320,128,3.7888e-05,3.7888e-05,7.645e-06,0.0,1.4400000000000002e-07,1.1041000000000002e-05,8.801800000000001e-05,0.00012192600000000001,0.000322474,3.7600000000000003e-07);
INSERT INTO rank_metric VALUES (4,3,832,832,128,256,256,128,64,0,0,320,9.1131e-05,9.113099999999999e-05,0.0,0.0,0.0,0.0,0.0,0.000240434,0.000257571,7.660000000000001e-07);
INSERT INTO verification VALUES (1,32,32,1.3298548962037415e-07,6.920092394509914e-08,2.677761061775641e-07,0,1,1,1.7078388777605234e-07,0,0,0);
INSERT INTO trace_chunk VALUES (1,'spans',0,43,X'000008060000009ace19b0a6020000000705020000b0a602ba4a0000000100000000d6669048800300020a02010402b8b601f2e506ff0200010301000000defc048c03800302000406000301bfc904a03fff0200000705040000a03ffe400000000100000000ac5bbc27800100000600030604dcc401c003000000020002030198ea018c03800200020206010101f4940ab640ff0200000705020000b640cc520000020802010608929e019e5600000103010000008e34cc04800102010406000507e9ca288ecc067f00000905060000f81d9c9c01800300000a02050404f0a302dee516ff0200000301000402acc2038c0b800300000300060705fa47e0f605ff0200000804050404b8db12aa85010000000103040000c29101c003800100020100030406aa49c6020000000406000709ca92098c5b7f000007050400008c5bfa380000000600010408e2da03cc04800100020206010307c6cc02ce767f0000030500080cf646e00180010000030002070bd82fe8387f0203080601000081ca26f2fe06000000010506060698408c0b800300000500020505dabe06ea4eff02000208060700009a9902ca58000000000300060a8635c4b90b0000000701060509c423ec6b000000080405060a80960bfe2a0000000103040000e037c6028001000202060305098851caa8017f00000705040000caa801d435000000080203060cce64cae10c0000000002000000cae10cea930100000001030200008a9c01e00180010002020601050bdab601ea407f00000705020000ea40a42d00');
INSERT INTO trace_chunk VALUES (1,'transfers',0,6,X'c88723cab01db88e23c49123f3e11994e20297ea01e3e901f2b603c79717f3b414a7ad14b6d222a0b91ad6c62296c022a5b619cbfe01b7c80dbdca0deed00ecaf70ff4db108edb10');
INSERT INTO trace_chunk VALUES (1,'memory',0,32,X'00009687198002800400800280010080090000a2ce0400008003000000800300029407000000000000000000b4b7070000ff02000000000002b804000000000000000000921d000000000000000002ba030000000000000000008016000000000000000205e1cd0a000000000000ff020000bebb1100008004000000800400029007000000000000000000fea30200007f000000000002ea04000000000000000000c87b0000ff02000000000002dc03000000000000000000c617000000000000000205cd8a2b000000000000ff030000e0d3250000800400000080040002e807000000000000000000d8fe06000000000000000002da04000000000000000000aac80400007f0000000000029804000000000000000000c41b0000ff020000000002058fd92a000000000000ff030000e8eb080000800300000080030002d20e000000000000000000bca70d0000800100000080010002f404000000000000000000d8c711000000000000000002e004000000000000000000d4bf0100007f00000000');
INSERT INTO trace_chunk VALUES (2,'spans',0,40,X'000008060000008cda0488a00e0000000905020000be970d8043800300000200000000ca8801b48b0bff0200000400010402e0f007ca02800302000406000301d5b90ed4e706ff0200000905040000e28104c42a800100000a02030202889b01be717f00000002000000be71d09e080000000703040101ac59aab005000000060001020282d207ca028003000202060101018c9301c88702ff0200000003000604d415b49c070000010301000000c035c002800100020000000004da90018c020000000300020507da2bb6ee027f02010806010000cbaf11a0f30b0000000905060000b416bc75800300000a0205040482d501bca702ff0200000301000402e8b801a808800300000404000301d46ed8d50bff0200000703060303aee007f64e0000000600010404f8ff03c002800100020206030303de728cb8037f00000105020408fc1d8c02800100000500020307909a03a82c7f0000040003080aa28f02ce01800100020406000709a6de06d081017f00000705020000d081018a43000000040001080cfefe01940280010203040600070bbba91dbadf097f00000105060606c241a808800300000500020505f89d09d642ff0200020806070000eab709ecbb07000000010504060aa433ce01800100000500020509c88807ae577f00020806050000aab302d6f101000000010502060c8223940280010000050002050bd4ce018c2d7f00020806030000e4a801c4400000000705020000c440a83000');
INSERT INTO trace_chunk VALUES (2,'transfers',0,6,X'eecb11c8bf12f6ea1ac0ed1ac99203d7d601a0de0196de01feb001a9d302f9ce0c91c90cbce80d90e60cd4df0db8d90dcaa905c2e601b2a905f4a805b6de09a88701f4de09badf09');
INSERT INTO trace_chunk VALUES (2,'memory',0,32,X'0000b489038002800400800280010080090000ac9d240000800300000080030002ca07000000000000000000ce430000ff02000000000002a204000000000000000000be1a0000000000000000029c03000000000000000000e213000000000000000205e58522000000000000ff020000c488150000800400000080040002c00e000000000000000000e4980800007f0000000000028005000000000000000000ee200000ff02000000000002da03000000000000000000f81400000000000000020589841c000000000000ff030000f6fc140000800400000080040002ec06000000000000000000b2a10c0000000000000000029805000000000000000000bed10300007f0000000000029404000000000000000000ca1a0000ff02000000000205b5b522000000000000ff030000b8ff160000800300000080030002da06000000000000000000f09b0a0000800100000080010002a4040000000000000000008299030000000000000000029404000000000000000000ece20100007f00000000');
INSERT INTO trace_chunk VALUES (4,'spans',0,40,X'00000806000000fad6049c9e0f00000009050200009ed00cc83f800300000600010402829c02b2020000000300020301fc31809b14ff0202000806010000f393078eb2070000000905040000e28b039a29800100000a02030202c89701ee6c7f00000002000000ee6cecc5010000000103020000e0d101b2028003000005000201019650bcbf05ff0200000400030604b28111a002800100020000000004aeb201d0030000000406000507b69701b897037f00000705020000b89703f06a0002010806010000e9ef1dd8cc0c0000000905060000b617ba77800300000a020504048cdb01f0a701ff0200000002000000f0a70182e71400000003030004029ccc0288088003000003000607058ae606b855ff0200000600010404f6c10ba002800100020206030303e68901cef1017f00000105020408c828d00380010000050002030786c901e8e5027f0000040003080a889006e801800100020406000709988411a0aa017f00000705020000a0aa01e09401000002080201080cd69902c2ac010000010301000000f87d8c0280010203040600070bcbb631ccf8077f000001050606068a3d8808800300000500020505c2bb07f0e109ff0200020806070000c6d012deff12000000010504060ab4a701e801800100000500020509aad8118e567f00020806050000b6ce039ef901000000010502060ca61f8c0280010000050002050bf8d901f82b7f00020806030000949d019c3b00000007050200009c3b802c00');
INSERT INTO trace_chunk VALUES (4,'transfers',0,6,X'c28211bcf1119cc313cec513919002f3d001c8d111b6d11196ea039bd201ffa71297a212b8e313c68505aeda13f6d513d8d907eecf118ed907a6d707aec515ecb20186c615aac615');
INSERT INTO trace_chunk VALUES (4,'memory',0,32,X'0000b8fc028002800400800280010080090000e2cb390000800300000080030002900a000000000000000000bc420000ff02000000000002a004000000000000000000841a0000000000000000029c03000000000000000000981300000000000000020595ad37000000000000ff020000b0f8200000800400000080040002f806000000000000000000eab70700007f000000000002ca04000000000000000000ca220000ff020000000000029c04000000000000000000c417000000000000000205e78a27000000000000ff030000cecb1d0000800400000080040002e412000000000000000000fe8419000000000000000002ee05000000000000000000ccdd0300007f0000000000029c04000000000000000000fccc010000ff02000000000205a3fc38000000000000ff030000b2f3200000800300000080030002dc06000000000000000000a0f81600008001000000800100029204000000000000000000f49603000000000000000002c004000000000000000000eab40100007f00000000');
INSERT INTO kept_trace VALUES (3,CAST(X'74fe2e6a736f6e' AS TEXT),116,'a59edbf9306c377e',1);
INSERT INTO kept_trace_chunk VALUES (3,0,X'1f8b08000000000000038bae562ac850b2528a50d251ca4bcc4d05328b4b520b80bc82cc14252b431da512185d0ca40c7494524a8b94ac4c6b7548d26884d018cb0500ef588cff74000000');
INSERT INTO run_figure VALUES (1,'compute_seconds_max',5.5841e-05);
INSERT INTO run_figure VALUES (1,'error_share',0.05312176150050105);
INSERT INTO run_figure VALUES (1,'exposed_transfer_seconds_max',5.180000000000001e-07);
INSERT INTO run_figure VALUES (1,'predicted_peak_bytes_max',832.0);
INSERT INTO run_figure VALUES (1,'wait_seconds_max',0.000279259);
INSERT INTO run_figure VALUES (2,'compute_seconds_max',0.0);
INSERT INTO run_figure VALUES (2,'exposed_transfer_seconds_max',0.0);
INSERT INTO run_figure VALUES (2,'predicted_peak_bytes_max',0.0);
INSERT INTO run_figure VALUES (2,'wait_seconds_max',0.0);
INSERT INTO run_figure VALUES (4,'compute_seconds_max',0.000165568);
INSERT INTO run_figure VALUES (4,'exposed_transfer_seconds_max',1.4400000000000002e-07);
INSERT INTO run_figure VALUES (4,'predicted_peak_bytes_max',832.0);
INSERT INTO run_figure VALUES (4,'wait_seconds_max',0.000240434);
INSERT INTO worst_row VALUES (1,'lse',0,1,9,2.677761061775641e-07,5.04079869744226e-06);
INSERT INTO worst_row VALUES (1,'o',0,0,6,1.3298548962037415e-07,5.568250947527569e-06);
CREATE INDEX run_by_experiment ON run (experiment_hash);
COMMIT;
