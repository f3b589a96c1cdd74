#include "sessions/tensors/safetensors.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "sessions/atomic_file.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

constexpr int64_t kLengthBytes = 8;
constexpr size_t kMostTensors = 8192;
constexpr int64_t kMaxHeaderBytes = int64_t{16} << 20;

struct TensorInfo {
    std::string name;
    std::string dtype;
    std::vector<int64_t> shape;
    int64_t begin = 0;  // bytes from the start of the data
    int64_t end = 0;
};

struct Dimension {
    const char* name;
    int64_t size;
};

[[noreturn]] void damaged(const std::string& path, const std::string& what) {
    throw Error(ErrorKind::bad_input, path + ": " + what);
}

std::string named(const std::string& name) { return "tensor " + quoted(name); }

int64_t bytes_of_name(const std::string& dtype) {
    static const std::map<std::string, int64_t> bytes{{"F64", 8},  {"F32", 4},     {"F16", 2},    {"BF16", 2},
                                                      {"I64", 8},  {"I32", 4},     {"I16", 2},    {"I8", 1},
                                                      {"U64", 8},  {"U32", 4},     {"U16", 2},    {"U8", 1},
                                                      {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
    const auto found = bytes.find(dtype);
    return found == bytes.end() ? 0 : found->second;
}

const char* file_name_of(DType dtype) {
    return dtype == DType::f32 ? "F32" : dtype == DType::f16 ? "F16" : "BF16";
}

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text = "(";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + ")";
}

/// A whole number that fits int64_t and is not negative.
int64_t read_size(const Json& json, const std::string& path, const std::string& what) {
    const bool ok = json.is_number_unsigned() &&
                    json.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (!ok) damaged(path, what + " " + shown(json) + " is not allowed: a whole number from 0");
    return json.get<int64_t>();
}

TensorInfo read_info(const std::string& path, const std::string& name, const Json& json, int64_t data_bytes) {
    TensorInfo info;
    info.name = name;
    const bool whole = json.is_object() && json.contains("dtype") && json["dtype"].is_string() &&
                       json.contains("shape") && json["shape"].is_array() && json.contains("data_offsets") &&
                       json["data_offsets"].is_array() && json["data_offsets"].size() == 2;
    if (!whole) damaged(path, named(name) + " must have dtype, shape and two data_offsets");
    info.dtype = json["dtype"].get<std::string>();
    info.begin = read_size(json["data_offsets"][0], path, named(name) + ": data offset");
    info.end = read_size(json["data_offsets"][1], path, named(name) + ": data offset");
    const std::string range = std::to_string(info.begin) + " to " + std::to_string(info.end);
    if (info.begin > info.end || info.end > data_bytes)
        damaged(path, named(name) + ": data offsets " + range + " lie outside the " +
                          std::to_string(data_bytes) + " bytes of data");
    const int64_t element = bytes_of_name(info.dtype);
    int64_t bytes = std::max<int64_t>(element, 1);
    for (const Json& size : json["shape"]) {
        info.shape.push_back(read_size(size, path, named(name) + ": shape"));
        if (__builtin_mul_overflow(bytes, info.shape.back(), &bytes))
            damaged(path, named(name) + ": shape " + shown(json["shape"]) + " is too large for any file");
    }
    if (element == 0) return info;
    if (bytes != info.end - info.begin)
        damaged(path, named(name) + ": " + info.dtype + " of shape " + shape_text(info.shape) + " takes " +
                          std::to_string(bytes) + " bytes, but its data offsets " + range + " hold " +
                          std::to_string(info.end - info.begin));
    return info;
}

/// As the format demands: the tensors, in order, fill the data from the first byte to the last.
void check_tiling(const std::string& path, std::vector<TensorInfo> tensors, int64_t data_bytes) {
    std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    int64_t end = 0;
    const TensorInfo* previous = nullptr;
    for (const TensorInfo& tensor : tensors) {
        if (tensor.begin < end)
            damaged(path, named(tensor.name) + " overlaps " + named(previous->name) + " at byte " +
                              std::to_string(tensor.begin));
        if (tensor.begin > end)
            damaged(path, "bytes " + std::to_string(end) + " to " + std::to_string(tensor.begin) +
                              " before " + named(tensor.name) + " belong to no tensor");
        end = tensor.end;
        previous = &tensor;
    }
    if (end != data_bytes)
        damaged(path, "the last " + std::to_string(data_bytes - end) + " bytes belong to no tensor");
}

struct Header {
    std::vector<TensorInfo> tensors;
    int64_t data_begin = 0;  // byte of the file
};

Header read_header(const InputFile& file) {
    const std::string& path = file.path();
    if (file.size() < kLengthBytes)
        damaged(path, std::to_string(file.size()) + " bytes are too few for a safetensors file: 8 or more");
    unsigned char length[kLengthBytes];
    file.read_at(0, length, kLengthBytes);
    uint64_t bytes = 0;
    for (int i = kLengthBytes - 1; i >= 0; --i) bytes = bytes << 8 | length[i];
    if (bytes > static_cast<uint64_t>(file.size() - kLengthBytes))
        damaged(path, "not safetensors, or truncated: a header of " + std::to_string(bytes) +
                          " bytes in a file of " + std::to_string(file.size()));
    if (bytes > static_cast<uint64_t>(kMaxHeaderBytes))
        damaged(path, "a header of " + std::to_string(bytes) + " bytes is too large: at most " +
                          std::to_string(kMaxHeaderBytes));
    std::string text(bytes, '\0');
    file.read_at(kLengthBytes, text.data(), static_cast<int64_t>(bytes));
    std::vector<std::string> doubles;
    const Json json = parse_json(text, path + ": header", kMostTensors, doubles);
    if (!doubles.empty()) damaged(path, "header: " + doubles.front());
    if (!json.is_object()) damaged(path, "header: " + shown(json) + " is not allowed: an object of tensors");
    Header header;
    header.data_begin = kLengthBytes + static_cast<int64_t>(bytes);
    const int64_t data_bytes = file.size() - header.data_begin;
    for (const auto& [name, value] : json.items())
        if (name != "__metadata__") header.tensors.push_back(read_info(path, name, value, data_bytes));
    check_tiling(path, header.tensors, data_bytes);
    return header;
}

/// (batch, tokens, heads, head_dim) in the order of the layout.
std::vector<Dimension> in_order(std::vector<Dimension> dimensions, QkvLayout layout) {
    if (layout == QkvLayout::bhnd) std::swap(dimensions[1], dimensions[2]);
    return dimensions;
}

std::vector<int64_t> sizes_of(const std::vector<Dimension>& dimensions) {
    std::vector<int64_t> sizes;
    for (const Dimension& dimension : dimensions) sizes.push_back(dimension.size);
    return sizes;
}

/// What a tensor of another shape most likely is; "" when that cannot be told.
std::string shape_hint(const std::vector<int64_t>& shape, const std::vector<Dimension>& dimensions,
                       QkvLayout layout) {
    const bool other_is_bhnd = layout == QkvLayout::bnhd;
    std::vector<int64_t> other =
        sizes_of(in_order(dimensions, other_is_bhnd ? QkvLayout::bhnd : QkvLayout::bnhd));
    const char* words = other_is_bhnd
                            ? "; it looks like (batch, heads, tokens, head_dim): add --qkv-layout bhnd"
                            : "; it looks like (batch, tokens, heads, head_dim): leave out --qkv-layout bhnd";
    if (shape == other) return words;
    std::vector<int64_t> wanted = sizes_of(in_order(dimensions, layout));
    if (wanted.front() != 1) return "";
    wanted.erase(wanted.begin());
    other.erase(other.begin());
    if (shape == wanted) return "; its batch dimension of 1 is missing";
    return shape == other ? words + std::string(", and its batch dimension of 1 is missing") : "";
}

/// "no tensor "q": the file holds "Q", "K", "V"; names are q, k and v".
[[noreturn]] void refuse_missing(const InputFile& file, const Header& header, const std::string& name) {
    std::string names;
    for (size_t i = 0; i < std::min<size_t>(header.tensors.size(), 8); ++i)
        names += (i ? ", " : "") + shown(header.tensors[i].name.substr(0, 64));
    if (header.tensors.size() > 8) names += ", ...";
    damaged(file.path(), "no " + named(name) + ": the file holds " +
                             (names.empty() ? "none" : names + "; the three are named q, k and v"));
}

/// Byte of the file where the tensor's data begin. `dimensions`: batch, tokens, heads, head_dim.
int64_t require_tensor(const InputFile& file, const Header& header, const std::string& name, DType dtype,
                       const std::vector<Dimension>& dimensions, QkvLayout layout) {
    const auto found = std::find_if(header.tensors.begin(), header.tensors.end(),
                                    [&](const TensorInfo& tensor) { return tensor.name == name; });
    if (found == header.tensors.end()) refuse_missing(file, header, name);
    const TensorInfo& tensor = *found;
    if (tensor.dtype != file_name_of(dtype))
        damaged(file.path(), named(name) + " is " + shown(tensor.dtype.substr(0, 16)) +
                                 ", but problem.dtype is " + name_of(dtype) + ": " + file_name_of(dtype) +
                                 " is needed");
    const std::vector<Dimension> wanted = in_order(dimensions, layout);
    if (tensor.shape == sizes_of(wanted)) return header.data_begin + tensor.begin;
    std::string expected;
    for (const Dimension& dimension : wanted)
        expected += (expected.empty() ? "(" : ", ") + std::string(dimension.name) + " " +
                    std::to_string(dimension.size);
    damaged(file.path(), named(name) + " has shape " + shape_text(tensor.shape) + ", but the problem needs " +
                             expected + ")" + shape_hint(tensor.shape, dimensions, layout));
}

/// Reads rows when they are asked for, so that a file larger than memory serves a ring of many processes.
class FileSource : public TensorSource {
  public:
    FileSource(std::shared_ptr<const InputFile> file, const Problem& problem, QkvLayout layout)
        : file_(std::move(file)), layout_(layout), seq_len_(problem.seq_len) {
        const Header header = read_header(*file_);
        const std::vector<Dimension> q{{"batch", problem.batch},
                                       {"seq_len", problem.seq_len},
                                       {"heads", problem.heads},
                                       {"head_dim", problem.head_dim}};
        const std::vector<Dimension> kv{q[0], q[1], {"kv_heads", problem.kv_heads}, q[3]};
        head_bytes_ = int64_t{problem.head_dim} * bytes_of(problem.dtype);
        tensors_[0] = {require_tensor(*file_, header, "q", problem.dtype, q, layout), problem.heads};
        tensors_[1] = {require_tensor(*file_, header, "k", problem.dtype, kv, layout), problem.kv_heads};
        tensors_[2] = {require_tensor(*file_, header, "v", problem.dtype, kv, layout), problem.kv_heads};
    }

    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        const Place& place = tensors_[static_cast<size_t>(tensor)];
        char* to = static_cast<char*>(target);
        if (layout_ == QkvLayout::bnhd || place.heads == 1) {
            const int64_t row_bytes = place.heads * head_bytes_;
            return read_rows(place.begin + batch_index * seq_len_ * row_bytes, row_bytes, run, to);
        }
        std::vector<char> rows;  // of one head
        const int64_t at_once = std::max<int64_t>(1, kPartBytes / head_bytes_);
        for (int64_t head = 0; head < place.heads; ++head)
            for (int64_t first = 0; first < run.count; first += at_once) {
                const TokenRun part{run.at(first), run.stride, std::min(at_once, run.count - first)};
                rows.resize(static_cast<size_t>(part.count * head_bytes_));
                read_rows(place.begin + (batch_index * place.heads + head) * seq_len_ * head_bytes_,
                          head_bytes_, part, rows.data());
                for (int64_t i = 0; i < part.count; ++i)
                    std::memcpy(to + ((first + i) * place.heads + head) * head_bytes_,
                                rows.data() + i * head_bytes_, static_cast<size_t>(head_bytes_));
            }
    }

  private:
    static constexpr int64_t kPartBytes = 1 << 17;

    struct Place {
        int64_t begin = 0;  // byte of the file
        int64_t heads = 0;
    };

    /// Rows of `bytes` bytes that lie one after the other from `begin`.
    void read_rows(int64_t begin, int64_t bytes, const TokenRun& run, char* to) const {
        if (run.stride == 1) return file_->read_at(begin + run.first * bytes, to, run.count * bytes);
        for (int64_t i = 0; i < run.count; ++i, to += bytes)
            file_->read_at(begin + run.at(i) * bytes, to, bytes);
    }

    std::shared_ptr<const InputFile> file_;
    QkvLayout layout_;
    int64_t seq_len_;
    int64_t head_bytes_ = 0;
    Place tensors_[3];
};

}  // namespace

std::shared_ptr<const TensorSource> load_qkv(std::shared_ptr<const InputFile> file, const Problem& problem,
                                             QkvLayout layout) {
    return std::make_shared<FileSource>(std::move(file), problem, layout);
}

std::shared_ptr<const TensorSource> load_qkv(const std::string& path, const Problem& problem,
                                             QkvLayout layout, const std::stop_token& stop) {
    return load_qkv(std::make_shared<const InputFile>(path, stop), problem, layout);
}

void save_output(const std::string& path, const Run& run, const std::stop_token& stop) {
    if (!run.output || !run.schedule)
        throw Error(
            ErrorKind::run_failed,
            "cannot write " + path + ": the run kept no output; 'run --keep-output --db FILE' keeps it");
    const Problem& problem = run.schedule->problem;
    const int64_t b = problem.batch, n = problem.seq_len, h = problem.heads, d = problem.head_dim;
    const int64_t o_bytes = b * n * h * d * 4;
    const Json header{
        {"o", {{"dtype", "F32"}, {"shape", {b, n, h, d}}, {"data_offsets", {0, o_bytes}}}},
        {"lse",
         {{"dtype", "F32"}, {"shape", {b, h, n}}, {"data_offsets", {o_bytes, o_bytes + b * h * n * 4}}}}};
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data begin on 8 bytes, as the format asks
    AtomicFile file(path, stop);
    unsigned char length[kLengthBytes];
    for (int i = 0; i < kLengthBytes; ++i) length[i] = static_cast<unsigned char>(text.size() >> (8 * i));
    file.write(length, kLengthBytes);
    file.write(text);
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int64_t token = 0; token < n; ++token)
            for (int head = 0; head < problem.heads; ++head)
                file.write(run.output->o_row(batch, token, head), static_cast<size_t>(d) * sizeof(float));
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int head = 0; head < problem.heads; ++head)
            for (int64_t token = 0; token < n; ++token) {
                const float lse = run.output->lse(batch, head, token);
                file.write(&lse, sizeof lse);
            }
    file.commit();
}

}  // namespace ringscope
