#include "sessions/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "engine/base/error.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr size_t kBlockBytes = 1 << 20;
constexpr int kGzipFormat = 16;  // added to zlib's window bits: a gzip header and trailer, and nothing else

/// Gives zlib the bytes from `at` on, a block at most, and room for a block; says how many were given.
size_t give_block(z_stream& stream, const std::string& bytes, size_t at, std::string& block) {
    const size_t given = std::min(kBlockBytes, bytes.size() - at);
    // zlib reads only, whatever its types say.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data())) + at;
    stream.avail_in = static_cast<uInt>(given);
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    return given;
}

struct Inflater {
    z_stream stream{};
    Inflater() {
        if (inflateInit2(&stream, MAX_WBITS + kGzipFormat) != Z_OK)
            throw Error(ErrorKind::io, "zlib could not be initialised");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

struct Deflater {
    z_stream stream{};
    Deflater() {
        constexpr int kMemoryLevel = 8;
        if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzipFormat, kMemoryLevel,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw Error(ErrorKind::io, "zlib could not be initialised");
    }
    ~Deflater() { deflateEnd(&stream); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
};

}  // namespace

std::string gzip(const std::string& bytes, const std::stop_token& stop) {
    std::string packed;
    std::string block(kBlockBytes, '\0');
    Deflater deflater;
    z_stream& stream = deflater.stream;
    size_t at = 0;
    for (int result = Z_OK; result != Z_STREAM_END;) {
        leave_if_stopped(stop);
        const size_t given = give_block(stream, bytes, at, block);
        result = deflate(&stream, at + given == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
        RINGSCOPE_CHECK(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        at += given - stream.avail_in;
        packed.append(block, 0, block.size() - stream.avail_out);
    }
    return packed;
}

bool is_gzip(const std::string& bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string gunzip(const std::string& bytes, const std::string& name, int64_t limit,
                   const std::stop_token& stop) {
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
            leave_if_stopped(stop);
            const size_t given = give_block(stream, bytes, at, block);
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
