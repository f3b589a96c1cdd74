-- A run file of schema 1 as RingScope 0.1.0 wrote it, with two runs: what migration_test starts from.
PRAGMA application_id = 1381196656;
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE experiment (
    run  INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;
INSERT INTO "experiment" VALUES(1,'{
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
');
INSERT INTO "experiment" VALUES(2,'{
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
    "ranks": 2,
    "layout": "contiguous",
    "stripe_block": 1,
    "strategy": "ring",
    "overlap": false,
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
');
CREATE TABLE param (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    path  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;
INSERT INTO "param" VALUES(1,'backend.device','auto');
INSERT INTO "param" VALUES(1,'backend.kernel','auto');
INSERT INTO "param" VALUES(1,'backend.threads','0');
INSERT INTO "param" VALUES(1,'backend.transport','auto');
INSERT INTO "param" VALUES(1,'input.seed','1');
INSERT INTO "param" VALUES(1,'problem.batch','1');
INSERT INTO "param" VALUES(1,'problem.causal','true');
INSERT INTO "param" VALUES(1,'problem.dtype','f32');
INSERT INTO "param" VALUES(1,'problem.head_dim','4');
INSERT INTO "param" VALUES(1,'problem.head_groups','[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]');
INSERT INTO "param" VALUES(1,'problem.heads','2');
INSERT INTO "param" VALUES(1,'problem.kv_heads','null');
INSERT INTO "param" VALUES(1,'problem.mixing','head_groups');
INSERT INTO "param" VALUES(1,'problem.queries','dilated');
INSERT INTO "param" VALUES(1,'problem.seq_len','16');
INSERT INTO "param" VALUES(1,'problem.softmax_scale','null');
INSERT INTO "param" VALUES(1,'ring.accumulator','lse');
INSERT INTO "param" VALUES(1,'ring.dilate_before_send','true');
INSERT INTO "param" VALUES(1,'ring.layout','contiguous');
INSERT INTO "param" VALUES(1,'ring.overlap','true');
INSERT INTO "param" VALUES(1,'ring.prune','true');
INSERT INTO "param" VALUES(1,'ring.ranks','4');
INSERT INTO "param" VALUES(1,'ring.strategy','ring');
INSERT INTO "param" VALUES(1,'ring.stripe_block','1');
INSERT INTO "param" VALUES(1,'ring.timeout_seconds','30');
INSERT INTO "param" VALUES(2,'backend.device','auto');
INSERT INTO "param" VALUES(2,'backend.kernel','auto');
INSERT INTO "param" VALUES(2,'backend.threads','0');
INSERT INTO "param" VALUES(2,'backend.transport','auto');
INSERT INTO "param" VALUES(2,'input.seed','1');
INSERT INTO "param" VALUES(2,'problem.batch','1');
INSERT INTO "param" VALUES(2,'problem.causal','true');
INSERT INTO "param" VALUES(2,'problem.dtype','f32');
INSERT INTO "param" VALUES(2,'problem.head_dim','4');
INSERT INTO "param" VALUES(2,'problem.head_groups','[{"segment_length":8,"dilation_rate":1,"heads":null,"offset":"auto"},{"segment_length":16,"dilation_rate":2,"heads":null,"offset":"auto"}]');
INSERT INTO "param" VALUES(2,'problem.heads','2');
INSERT INTO "param" VALUES(2,'problem.kv_heads','null');
INSERT INTO "param" VALUES(2,'problem.mixing','head_groups');
INSERT INTO "param" VALUES(2,'problem.queries','dilated');
INSERT INTO "param" VALUES(2,'problem.seq_len','16');
INSERT INTO "param" VALUES(2,'problem.softmax_scale','null');
INSERT INTO "param" VALUES(2,'ring.accumulator','lse');
INSERT INTO "param" VALUES(2,'ring.dilate_before_send','true');
INSERT INTO "param" VALUES(2,'ring.layout','contiguous');
INSERT INTO "param" VALUES(2,'ring.overlap','false');
INSERT INTO "param" VALUES(2,'ring.prune','true');
INSERT INTO "param" VALUES(2,'ring.ranks','2');
INSERT INTO "param" VALUES(2,'ring.strategy','ring');
INSERT INTO "param" VALUES(2,'ring.stripe_block','1');
INSERT INTO "param" VALUES(2,'ring.timeout_seconds','30');
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
INSERT INTO "rank_metric" VALUES(1,0,768,768,128,256,192,128,64,0,192,0,5.05540000000000042069e-05,5.05540000000000042069e-05,2.956e-06,0.0,0.0,0.0,0.0,0.000137656,4.14755000000000049846e-04,0.0);
INSERT INTO "rank_metric" VALUES(1,1,832,832,128,256,256,128,64,0,128,192,1.4218e-05,1.4218e-05,1.33200000000000012183e-06,0.0,0.0,0.0,0.0,1.2042500000000001337e-04,0.000469946,4.31000000000000034472e-07);
INSERT INTO "rank_metric" VALUES(1,2,832,832,128,256,256,128,64,0,320,128,3.20500000000000023108e-06,3.20500000000000065435e-06,7.41000000000000084033e-07,0.0,0.0,4.8981000000000004188e-05,0.0,2.55090000000000025927e-05,5.274850000000000632e-04,3.50000000000000037101e-07);
INSERT INTO "rank_metric" VALUES(1,3,832,832,128,256,256,128,64,0,0,320,1.20330000000000015127e-05,1.20330000000000015127e-05,0.0,0.0,3.8100000000000003677e-07,0.0,0.0,5.51620000000000048137e-05,5.38345000000000077806e-04,5.61e-07);
INSERT INTO "rank_metric" VALUES(2,0,1216,1216,256,512,128,256,64,0,128,0,2.9124e-05,2.9124e-05,1.933e-06,0.0,0.0,0.0,0.0,4.6507e-05,0.006856827,0.0);
INSERT INTO "rank_metric" VALUES(2,1,1216,1216,256,512,128,256,64,0,0,128,5.4e-06,5.40000000000000081453e-06,0.0,0.0,2.41e-07,0.0,0.0,4.6968e-05,0.006881782,2.41e-07);
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
) STRICT;
INSERT INTO "run" VALUES(1,'6bb51f36-89b9-4bb5-8a3d-99cd3deb6497','kept by version 0.1.0','',0,0,1795268273755,1795268273764,'done','','run_failed','347f3d754e2c62d3','n 16, 2 heads, w 8/16, r 1/2, causal, 4 ranks, ring','0.1.0','workstation','AMD EPYC',2,25274793984,'Debian GNU/Linux 12','cpu','avx2','shared',2,'','f32',16,4,'ring','contiguous',0.000605921,1728.0,2.85185692524272949022e-03,640,7.16095380029806216626e-01,2.52738407699037592735e+00,832,605921,36);
INSERT INTO "run" VALUES(2,'4d5fea25-87a4-42b2-84c6-82ea373bad66','Ring 2 ranks, n 16','',0,0,1795268273871,1795268273879,'done','','run_failed','5d2c1363a60ac866','n 16, 2 heads, w 8/16, r 1/2, causal, 2 ranks, ring, no overlap','0.1.0','workstation','AMD EPYC',2,25274793984,'Debian GNU/Linux 12','cpu','avx2','shared',2,'','f32',16,2,'ring','contiguous',6.93439100000000068629e-03,1728.0,2.49192755355156646442e-04,128,0.0,1.68717413972888419237e+00,1216,6934391,9);
CREATE TABLE run_tag (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_tag" VALUES(1,'first');
CREATE TABLE trace_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL CHECK (kind IN ('spans', 'transfers', 'memory')),
    chunk  INTEGER NOT NULL,
    items  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, kind, chunk)
) STRICT;
INSERT INTO "trace_chunk" VALUES(1,'spans',0,36,X'00000806000000F6CB068895110000000905020000DE8410982E800300000200000000AA9001F49506FF020000040001040294BD08DE06800302000406000301B58C0198880AFF0200000905040000AE57E8148001000008000102028835DE06800200000500020101E2FB08B2BB01FF020002080603000098F002A2E604000001030500060484D20388048001000203000205039E9401E2227F00000400010608B8DF08B401800102010406000507FBB90AA6FD017F00000905060000842ECA0B800300000800010404A2188804FF0100000100030402B463E802800200000300060705CC53F415FF020002040005080A868004C002800100000406000709B8960494557F000001050204089826B401800100000500020307FC2EAC0F7F00020806030000B865DA470000000705020000DA47EA0C000002080201080C86F404AAFD050000010301000000BAAB02BA0380010203040600070BEDB712BE95017F00000105060606FE2BE802800300000500020505C0698031FF0200020806070000BCB201B0F1010000000705060000B0F101D01A000000060001060AA646C002800100020206030509EC1192D7027F0000070504000092D702D229000000060001060CA0CF0ABA0380010002020601050BD452F47F7F00000705020000F47FE04600');
INSERT INTO "trace_chunk" VALUES(1,'transfers',0,6,X'969620EC8B17949E20F2A420C8C40F988209FEBD0FA8BB0FDC6388C70FB46394628E9009FBA60FA29009EE8E09CFBC04F0B70FCFBC04C3BB04BEB40DAEEE099EB80D98B90D');
INSERT INTO "trace_chunk" VALUES(1,'memory',0,32,X'0000AAC0038002800400800280010080090000CEFB1D0000800300000080030002BC05000000000000000000AA670000FF02000000000002F001000000000000000000D607000000000000000002A0010000000000000000009E04000000000000000205A5EE1A000000000000FF020000E080240000800400000080040002C20200000000000000000084BE1000007F0000000000028C01000000000000000000B6060000FF020000000000028C01000000000000000000CE03000000000000000205E7862F000000000000FF030000DAE12B00008004000000800400028A04000000000000000000D2E501000000000000000002A00100000000000000000084BA0500007F000000000002C002000000000000000000F892060000FF02000000000205EBFC35000000000000FF03000086F3210000800300000080030002F001000000000000000000CEF602000080010000008001000278000000000000000000E4ED0D000000000000000002D402000000000000000000D2EC0600007F00000000');
INSERT INTO "trace_chunk" VALUES(2,'spans',0,9,X'00000100020000CEDEA7069A1E800200000A06010000F032D6D605FF0100000705020000D6D60588C703000000040001040294D405E203800202000406000301FDAB06F29E04FF0100000705040000F29E04D63D00000006000102028C8D02E203800200020206010101E443FEBE01FF0100000705020000FEBE01DA1600');
INSERT INTO "trace_chunk" VALUES(2,'transfers',0,1,X'92BAB3069482A806AABCB3068CC0B306');
INSERT INTO "trace_chunk" VALUES(2,'memory',0,8,X'0000C4C2A3068004800800800480010080110000E4A92A0000800200000080020002A403000000000000000000C64C0000FF010000000002018B8B24000000000000FF010000D4940900008002000000800200028402000000000000000000D0A51300000000000000');
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
INSERT INTO "verification" VALUES(1,32,32,1.71249291747166410004e-07,7.95508647259645214561e-08,1.54333214208435265391e-07,1.0e-05,0,1,1);
CREATE INDEX run_by_experiment ON run (experiment_hash);
COMMIT;
PRAGMA user_version = 1;
