-- A run file of schema 2 as RingScope 0.1.0 wrote it, with two runs: what migration_test starts from.
PRAGMA application_id = 1381196656;
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
, revision TEXT NOT NULL DEFAULT '', output_bytes INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO run VALUES(1,'1d4a5a03-58ff-4b22-8faa-64c3d786e472','kept by schema 2','a note',1,0,1795280549723,1795280549728,'done','','run_failed','347f3d754e2c62d3','n 16, 2 heads, w 8/16, r 1/2, causal, 4 ranks, ring','0.1.0','workstation','a processor',2,25274793984,'Linux','cpu','avx2','shared',2,'','f32',16,4,'ring','contiguous',0.00048624800000000005127,1728.0,0.0035537421233609186276,640,0.63444244604316546443,2.4480285043119076604,832,486248,41,'0123456789ab',640);
INSERT INTO run VALUES(2,'dbcef154-5e9b-4770-8f89-8f1c3bd64c1f','second','',0,1,1795280549753,1795280549755,'done','','run_failed','352e22dbcfcec8d9','n 16, 2 heads, w 8/16, r 1/2, causal, 2 ranks, ring, zigzag','0.1.0','workstation','a processor',2,25274793984,'Linux','cpu','avx2','shared',2,'','f32',16,2,'ring','zigzag',0.00036071600000000002056,1728.0,0.0047904722829040019202,512,0.53482972136222906023,1.5097970608817354865,1600,360716,16,'0123456789ab',0);
CREATE TABLE run_tag (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
INSERT INTO run_tag VALUES(1,'first');
CREATE TABLE experiment (
    run  INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    json TEXT NOT NULL
, fields TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO experiment VALUES(1,replace('{\n  "problem": {\n    "batch": 1,\n    "seq_len": 16,\n    "heads": 2,\n    "kv_heads": null,\n    "head_dim": 4,\n    "dtype": "f32",\n    "causal": true,\n    "softmax_scale": null,\n    "queries": "dilated",\n    "mixing": "head_groups",\n    "head_groups": [\n      {\n        "segment_length": 8,\n        "dilation_rate": 1,\n        "heads": null,\n        "offset": "auto"\n      },\n      {\n        "segment_length": 16,\n        "dilation_rate": 2,\n        "heads": null,\n        "offset": "auto"\n      }\n    ]\n  },\n  "ring": {\n    "ranks": 4,\n    "layout": "contiguous",\n    "stripe_block": 1,\n    "strategy": "ring",\n    "overlap": true,\n    "dilate_before_send": true,\n    "prune": true,\n    "accumulator": "lse",\n    "timeout_seconds": 30.0\n  },\n  "backend": {\n    "device": "auto",\n    "transport": "auto",\n    "kernel": "auto",\n    "threads": 0\n  },\n  "input": {\n    "seed": 1\n  }\n}\n','\n',char(10)),replace('\nproblem.batch=1\nproblem.seq_len=16\nproblem.heads=2\nproblem.kv_heads=null\nproblem.head_dim=4\nproblem.dtype=f32\nproblem.causal=true\nproblem.softmax_scale=null\nproblem.queries=dilated\nproblem.mixing=head_groups\nproblem.head_groups=[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]\nring.ranks=4\nring.layout=contiguous\nring.stripe_block=1\nring.strategy=ring\nring.overlap=true\nring.dilate_before_send=true\nring.prune=true\nring.accumulator=lse\nring.timeout_seconds=30\nbackend.device=auto\nbackend.transport=auto\nbackend.kernel=auto\nbackend.threads=0\ninput.seed=1','\n',char(10)));
INSERT INTO experiment VALUES(2,replace('{\n  "problem": {\n    "batch": 1,\n    "seq_len": 16,\n    "heads": 2,\n    "kv_heads": null,\n    "head_dim": 4,\n    "dtype": "f32",\n    "causal": true,\n    "softmax_scale": null,\n    "queries": "dilated",\n    "mixing": "head_groups",\n    "head_groups": [\n      {\n        "segment_length": 8,\n        "dilation_rate": 1,\n        "heads": null,\n        "offset": "auto"\n      },\n      {\n        "segment_length": 16,\n        "dilation_rate": 2,\n        "heads": null,\n        "offset": "auto"\n      }\n    ]\n  },\n  "ring": {\n    "ranks": 2,\n    "layout": "zigzag",\n    "stripe_block": 1,\n    "strategy": "ring",\n    "overlap": true,\n    "dilate_before_send": true,\n    "prune": true,\n    "accumulator": "lse",\n    "timeout_seconds": 30.0\n  },\n  "backend": {\n    "device": "auto",\n    "transport": "auto",\n    "kernel": "auto",\n    "threads": 0\n  },\n  "input": {\n    "seed": 1\n  }\n}\n','\n',char(10)),replace('\nproblem.batch=1\nproblem.seq_len=16\nproblem.heads=2\nproblem.kv_heads=null\nproblem.head_dim=4\nproblem.dtype=f32\nproblem.causal=true\nproblem.softmax_scale=null\nproblem.queries=dilated\nproblem.mixing=head_groups\nproblem.head_groups=[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]\nring.ranks=2\nring.layout=zigzag\nring.stripe_block=1\nring.strategy=ring\nring.overlap=true\nring.dilate_before_send=true\nring.prune=true\nring.accumulator=lse\nring.timeout_seconds=30\nbackend.device=auto\nbackend.transport=auto\nbackend.kernel=auto\nbackend.threads=0\ninput.seed=1','\n',char(10)));
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
INSERT INTO rank_metric VALUES(1,0,768,768,128,256,192,128,64,0,192,0,3.7861000000000002237e-05,3.7861000000000002237e-05,7.1100000000000005361e-07,0.0,0.0,7.0811999999999998968e-05,0.0,3.0420000000000003515e-05,0.00034644400000000000541,0.0);
INSERT INTO rank_metric VALUES(1,1,832,832,128,256,256,128,64,0,128,192,2.6681000000000000857e-05,2.6681000000000000857e-05,8.6200000000000006894e-07,0.0,0.0,0.0,0.0,3.281599999999999887e-05,0.00042588900000000004184,3.4000000000000002698e-07);
INSERT INTO rank_metric VALUES(1,2,832,832,128,256,256,128,64,0,320,128,0.00011645700000000001341,0.00011645699999999999986,1.5219999999999999967e-06,0.0,4.6200000000000003412e-07,0.00014682700000000000893,1.0781000000000000624e-05,0.0001219470000000000032,8.8252000000000008174e-05,4.6200000000000003412e-07);
INSERT INTO rank_metric VALUES(1,3,832,832,128,256,256,128,64,0,0,320,9.287999999999999842e-06,9.287999999999999842e-06,0.0,0.0,3.5100000000000000635e-07,0.0,0.0,8.9328000000000009391e-05,0.00038728100000000000762,1.4220000000000001072e-06);
INSERT INTO rank_metric VALUES(2,0,1600,1600,256,512,512,256,64,0,256,256,5.6095000000000004181e-05,5.6095000000000004181e-05,1.0819999999999999743e-06,0.0,6.0100000000000004798e-07,0.0,2.9044000000000001781e-05,5.3419000000000004726e-05,0.00022047500000000000582,6.0100000000000004798e-07);
INSERT INTO rank_metric VALUES(2,1,1600,1600,256,512,512,256,64,0,256,256,1.8212999999999999941e-05,1.8212999999999999941e-05,2.7350000000000000721e-06,0.0,0.0,0.0,0.0,2.0006000000000001238e-05,0.0003197620000000000193,6.9100000000000003329e-07);
CREATE TABLE verification (
    run                    INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    checked_rows           INTEGER NOT NULL,
    total_rows             INTEGER NOT NULL,
    max_abs_error          REAL,
    relative_error         REAL,
    max_lse_error          REAL,
    allowed_relative_error REAL NOT NULL,
    wrong_empty_rows       INTEGER NOT NULL,
    coverage_ok            INTEGER NOT NULL CHECK (coverage_ok IN (0, 1)),
    passed                 INTEGER NOT NULL CHECK (passed IN (0, 1))
) STRICT;
INSERT INTO verification VALUES(1,32,32,1.7124929174716641e-07,7.9550864725964521456e-08,1.5433321420843526539e-07,1.0000000000000000817e-05,0,1,1);
CREATE TABLE trace_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL CHECK (kind IN ('spans', 'transfers', 'memory')),
    chunk  INTEGER NOT NULL,
    items  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, kind, chunk)
) STRICT;
INSERT INTO trace_chunk VALUES(1,'spans',0,41,X'00000806000000febc11b6e60300000009050200009a028e0b8003000002000000009ce403cacf04ff02000208020104029cf908b8d20800000103010000008ad305a805800302000406000301a9ff04988d03ff0200000905040000bc8c02bc0d800100000200000000dc8001d2e1027f00000400030604dc03f603800100000200020301b6ee01a80580020002010001040680a302a603ff0100000406000507f0c40c8481017f00000705020000848101a03f0002010806010000f3f42cf6e2050000000905060000b4d802e417800300000a02050404a831f69e17ff02000007010603039ad90284a0080000000400050806a0e601f006800300000404000301bcdf12ea69ff0200000103040000f874f603800100020206030303e65a9083027f00000003000408b8469caa020000000701040307d8bc01a22a0000000804030408c46dd03e0000000103020000fc45a603800100020206010307e22794a3077f0000000300080a929506caec0b0000000701020709828e01acd105000001040001080af4a804ee09800100020000000002829605be05000203040600070bb1fe28c0c8067f00000105060606dc0ef006800300000500020505e4b906e03cff0200020806070000e8dd1cc0ea01000000010504060a8842ee09800100000500020509b8a801d2297f00020806050000ce9402baa0010000000705040000baa001a410000000060001060cc238be0580010002020601050b8619a6a0017f00000705020000a6a001ba1a00');
INSERT INTO trace_chunk VALUES(1,'transfers',0,6,X'feed2398cc11dcef2384f52383811a96c00fb5ee01e7ef0186be049fb117b3d413b9d113f4f614d2f11beae517a0e2178cdb0ebbc303eaf30bb2fa0bbc9e05bc9304829605d29105');
INSERT INTO trace_chunk VALUES(1,'memory',0,32,X'0000a0fa0f8002800400800280010080090000bad60d0000800300000080030002be05000000000000000000d4fc100000ff02000000000002c002000000000000000000fe0c00000000000000000250000000000000000000a60300000000000000020591e71b000000000000ff020000defc1e0000800400000080040002f206000000000000000000fc940900007f000000000002f206000000000000000000d40a0000ff0200000000000250000000000000000000e802000000000000000205ff8838000000000000ff03000096a71f0000800400000080040002960500000000000000000094da030000000000000000029203000000000000000000bea11200007f000000000002fe0200000000000000000084070000ff0200000000020593a12d000000000000ff0300009ece1a0000800300000080030002ac0a00000000000000000096a10f0000800100000080010002c80100000000000000000080fa0100000000000000000278000000000000000000d8f90100007f00000000');
INSERT INTO trace_chunk VALUES(2,'spans',0,16,X'00000806000000e4ee05eaa4040000000905020000f89203f410800400000a020104028024a4ad06ff0300000701020301f26d82c8060000000804010402b2bf05b8ce040000000303000002bc74e60a800400000200040001e2e403b20900000202060303019e66e0ae02ff0300000705040000e0ae02bc240002010806030000f1b308a6ce010000000905040000e612de2a800400000800010204aca701e60a00000005000201039414be40ff0300000400030202ced003b20980040002040600010196d10d849501ff03000007050200008495018cdc0100');
INSERT INTO trace_chunk VALUES(2,'transfers',0,2,X'8ea50982d30fa0ac14d2b514be9b078fba06e1e403ade303');
INSERT INTO trace_chunk VALUES(2,'memory',0,8,X'0000dcac0280048008008004800100801100009acf1200008008000000800800029003000000000000000000a6e30a0000ff03000000000201e7d8140000ff03000000ff0700008c8c160000800800000080080002c609000000000000000000ccde0a0000ff0300000000');
CREATE TABLE output_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tensor TEXT NOT NULL CHECK (tensor IN ('o', 'lse')),
    chunk  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, tensor, chunk)
) STRICT;
INSERT INTO output_chunk VALUES(1,'o',0,X'e993dbbe093a10be7dd4cf3f882ad13e000000000000000000000000000000006cb21cbf99093a3f33cd2dbfd8e4963d5267dcbe8268a13e628c75bd894e90bf919937bc06ca1c3feda4163fc296523e00000000000000000000000000000000fba711bfe16ed7bdc245773f806c183f9b6c3dbf669e323eee36173ec8f78dbeaa9219bf2b614bbef34f043f05e7e93e00000000000000000000000000000000f8a07bbdfcd7873e84fb2e3fb68c963e52145dbf2679283e74c5ec3e8909013f8e3d1cbfb7c209bf2374013fd4c7b33e00000000000000000000000000000000cf9103bf61434cbe7d23dc3ee7b83d3ffd3ff4be9cfb543f326a1e3fd103913e369e2f3e0714c9bf5953883f232ac1bf00000000000000000000000000000000e73717bee3467cbf8a8cdd3db06794bf74ff67bf0716243eb368e23e0604083f130e323ffab041be0e54d83e6f6d06bf0000000000000000000000000000000032d1433ffd6b00be3b08023f7100e8be25a86fbe2a3c483f31ce483ff8261b3f95eff83ed8d247be437dda3eaab6f0be00000000000000000000000000000000c6eb5a3d762d08bfdf77b83e9ff38bbe638a64be04a1603f101e293ff962533ebf99eabeb29a023ff21f1d3ed3b2ce3d00000000000000000000000000000000b886aabee7f2f73e5c918c3cd50ff13e9d32fcbe9368873fbcbbf03ea7cb2b3f');
INSERT INTO output_chunk VALUES(1,'lse',0,X'a2c51cbf81985a3f30450940011dad3fdf66d73f356d2940a08006409feb234099e1a33f435d9c3fa0dfd43fe0db06401c7840409c37f73fa6566240d6d98040000080ff767d0abf000080ff6296283f000080ff2a4b4240000080ff9d30e83f000080ffad444340000080ff9c05e33f000080ff628a3540000080ffda0d2540');
CREATE INDEX run_by_experiment ON run (experiment_hash);
COMMIT;
PRAGMA user_version = 2;
