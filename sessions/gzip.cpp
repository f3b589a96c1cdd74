#include "sessions/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "engine/error.h"

namespace ringscope {

namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr int kGzipFormat = 16;  // added to zlib's window bits: a gzip header and trailer, and nothing else

struct Inflater {
    z_stream stream{};
    Inflater() {
        if (inflateInit2(&stream, MAX_WBITS + kGzipFormat) != Z_OK)
            throw Error(ErrorKind::io, "zlib does not start");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

}  // namespace

bool is_gzip(const std::string& bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(const std::string& bytes, const std::string& name, int64_t limit) {
    std::string content;
    std::string block(kBlockBytes, '\0');
    size_t at = 0;
    const auto refuse = [&](const char* why) {
        throw Error(ErrorKind::bad_input, name + ": gzip data " + why + " at byte " + std::to_string(at));
    };
    while (at < bytes.size()) {  // one turn a member
        Inflater inflater;
        z_stream& stream = inflater.stream;
        for (int result = Z_OK; result != Z_STREAM_END;) {
            const size_t given = std::min(kBlockBytes, bytes.size() - at);
            // zlib reads only, whatever its types say.
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())) + at;
            stream.avail_in = static_cast<uInt>(given);
            stream.next_out = reinterpret_cast<Bytef*>(block.data());
            stream.avail_out = static_cast<uInt>(block.size());
            result = inflate(&stream, Z_NO_FLUSH);
            at += given - stream.avail_in;
            content.append(block, 0, block.size() - stream.avail_out);
            if (static_cast<int64_t>(content.size()) > limit)
                throw Error(ErrorKind::bad_input, name + ": unpacks to more than the " +
                                                      std::to_string(limit) + " bytes that are allowed");
            if (result == Z_BUF_ERROR && at == bytes.size()) refuse("end too early,");
            if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) refuse("are damaged");
        }
    }
    return content;
}

}  // namespace ringscope
