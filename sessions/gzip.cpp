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

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

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

struct GunzipReader::Inflater : ringscope::Inflater {};

GunzipReader::GunzipReader(ByteReader& packed) : packed_(packed), block_(kBlockBytes, '\0') {}
GunzipReader::~GunzipReader() = default;

/// False at the end of the packed bytes.
bool GunzipReader::refill() {
    z_stream& stream = inflater_->stream;
    const size_t got = packed_.read(block_.data(), block_.size());
    packed_bytes_ += static_cast<int64_t>(got);
    stream.next_in = reinterpret_cast<Bytef*>(block_.data());
    stream.avail_in = static_cast<uInt>(got);
    return got > 0;
}

void GunzipReader::fail(const std::string& why) {
    ended_ = true;
    problem_ = "gzip data " + why + " at byte " + std::to_string(packed_bytes_ - inflater_->stream.avail_in);
}

size_t GunzipReader::read(char* target, size_t bytes) {
    if (!inflater_) inflater_ = std::make_unique<Inflater>();
    z_stream& stream = inflater_->stream;
    while (!ended_) {
        if (stream.avail_in == 0 && !refill()) {
            if (in_member_)
                fail("end too early,");
            else
                ended_ = true;
            break;
        }
        if (!in_member_) {
            // Behind a member: another one, zeros to fill a block, or what gzip calls trailing garbage.
            if (unpacked_bytes_ > 0 && *stream.next_in != 0x1f) {
                if (*stream.next_in != 0) fail("end, and other bytes follow");
                --stream.avail_in;
                ++stream.next_in;
                continue;
            }
            inflateReset(&stream);
            in_member_ = true;
        }
        stream.next_out = reinterpret_cast<Bytef*>(target);
        stream.avail_out = static_cast<uInt>(std::min(bytes, kBlockBytes));
        const size_t room = stream.avail_out;
        const int result = inflate(&stream, Z_NO_FLUSH);
        const size_t got = room - stream.avail_out;
        unpacked_bytes_ += static_cast<int64_t>(got);
        if (result == Z_STREAM_END)
            in_member_ = false;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            fail("are damaged");
        constexpr int64_t kMostRatio = 100;
        const int64_t most = std::max(kAlwaysAllowed, kMostRatio * packed_bytes_);
        if (unpacked_bytes_ > most)
            fail("unpack to more than the " + std::to_string(most) + " bytes that are allowed,");
        if (got > 0) return got;
    }
    return 0;
}

}  // namespace ringscope
