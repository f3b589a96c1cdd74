#include "sessions/store/run_output.h"

#include <cstring>
#include <string>
#include <vector>

namespace ringscope {

namespace {

int64_t row_count(const Problem& problem) { return int64_t{problem.batch} * problem.seq_len * problem.heads; }

/// Collects floats and inserts a row whenever a chunk is full.
class ChunkWriter {
  public:
    ChunkWriter(Db& db, int64_t run, const char* tensor)
        : insert_(db, "INSERT INTO output_chunk (run, tensor, chunk, data) VALUES (?,?,?,?)"),
          run_(run),
          tensor_(tensor) {}

    void write(const float* values, size_t count) {
        while (count > 0) {
            const size_t room = kFloats - buffer_.size();
            const size_t part = count < room ? count : room;
            buffer_.insert(buffer_.end(), values, values + part);
            values += part;
            count -= part;
            if (buffer_.size() == kFloats) flush();
        }
    }
    void flush() {
        if (buffer_.empty()) return;
        const auto* bytes = reinterpret_cast<const unsigned char*>(buffer_.data());
        insert_.bind(run_).bind(tensor_).bind(chunk_++);
        insert_.bind(std::span<const unsigned char>(bytes, buffer_.size() * sizeof(float))).run();
        buffer_.clear();
    }

  private:
    static constexpr size_t kFloats = kOutputChunkBytes / sizeof(float);
    Statement insert_;
    int64_t run_;
    const char* tensor_;
    int64_t chunk_ = 0;
    std::vector<float> buffer_;
};

std::vector<float> read_tensor(Db& db, int64_t run, const char* tensor, int64_t count) {
    const auto fail = [tensor] {
        throw Error(ErrorKind::io, std::string("the run is damaged: its kept ") + tensor +
                                       " does not have the size that its experiment implies");
    };
    // Checked against the file before memory is allocated.
    Statement total(db, "SELECT sum(length(data)) FROM output_chunk WHERE run = ? AND tensor = ?");
    const auto bytes = static_cast<size_t>(count) * sizeof(float);
    if (!total.bind(run).bind(tensor).step() || total.get_int() != static_cast<int64_t>(bytes)) fail();
    std::vector<float> values(static_cast<size_t>(count));
    Statement select(db, "SELECT data FROM output_chunk WHERE run = ? AND tensor = ? ORDER BY chunk");
    select.bind(run).bind(tensor);
    size_t at = 0;
    while (select.step()) {
        const auto data = select.get_blob();
        if (data.size() > bytes - at) fail();
        if (!data.empty()) std::memcpy(reinterpret_cast<char*>(values.data()) + at, data.data(), data.size());
        at += data.size();
    }
    return values;
}

class StoredOutput : public RunOutput {
  public:
    StoredOutput(const Problem& problem, std::vector<float> o, std::vector<float> lse)
        : seq_len_(problem.seq_len),
          heads_(problem.heads),
          head_dim_(problem.head_dim),
          o_(std::move(o)),
          lse_(std::move(lse)) {}

    const float* o_row(int batch_index, int64_t token, int head) const override {
        return o_.data() + ((batch_index * seq_len_ + token) * heads_ + head) * head_dim_;
    }
    float lse(int batch_index, int head, int64_t token) const override {
        return lse_[static_cast<size_t>((int64_t{batch_index} * heads_ + head) * seq_len_ + token)];
    }

  private:
    int64_t seq_len_;
    int64_t heads_;
    int64_t head_dim_;
    std::vector<float> o_;
    std::vector<float> lse_;
};

}  // namespace

int64_t output_bytes(const Problem& problem) {
    return row_count(problem) * (problem.head_dim + 1) * static_cast<int64_t>(sizeof(float));
}

void insert_output(Db& db, int64_t run, const Problem& problem, const RunOutput& output) {
    ChunkWriter o(db, run, "o");
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head)
                o.write(output.o_row(batch, token, head), static_cast<size_t>(problem.head_dim));
    o.flush();
    ChunkWriter lse(db, run, "lse");
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int head = 0; head < problem.heads; ++head)
            for (int64_t token = 0; token < problem.seq_len; ++token) {
                const float value = output.lse(batch, head, token);
                lse.write(&value, 1);
            }
    lse.flush();
    Statement(db, "UPDATE run SET output_bytes = ? WHERE id = ?").bind(output_bytes(problem)).bind(run).run();
}

std::shared_ptr<const RunOutput> read_output(Db& db, int64_t run, const Problem& problem) {
    Statement kept(db, "SELECT output_bytes FROM run WHERE id = ?");
    if (!kept.bind(run).step() || kept.get_int() == 0) return nullptr;
    std::vector<float> o = read_tensor(db, run, "o", row_count(problem) * problem.head_dim);
    return std::make_shared<StoredOutput>(problem, std::move(o),
                                          read_tensor(db, run, "lse", row_count(problem)));
}

}  // namespace ringscope
