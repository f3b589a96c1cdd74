// Compressed files that others wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "sessions/byte_reader.h"

namespace ringscope {

/// Whether the bytes begin as a gzip file does.
bool is_gzip(std::string_view bytes);

/// A gzip file of the bytes. Throws Error(cancelled) once `stop` is requested, as gunzip() does.
std::string gzip(const std::string& bytes, const std::stop_token& stop = {});

/// The content of a gzip file, all members of it. `name` begins the message. Throws Error(bad_input) when the
/// data are damaged or cut short (with the byte), or when the content has over `limit` bytes.
std::string gunzip(const std::string& bytes, const std::string& name, int64_t limit,
                   const std::stop_token& stop = {});

/// The content of a gzip file, all members of it, block by block. What is damaged, or unpacks to more than any text does,
/// ends it early: problem() says so.
class GunzipReader : public ByteReader {
  public:
    /// Of at least so much content, and of a hundred times the packed bytes, nothing is said.
    static constexpr int64_t kAlwaysAllowed = int64_t{1} << 30;

    /// `packed` outlives it.
    explicit GunzipReader(ByteReader& packed);
    ~GunzipReader() override;
    GunzipReader(const GunzipReader&) = delete;
    GunzipReader& operator=(const GunzipReader&) = delete;

    size_t read(char* target, size_t bytes) override;
    /// Why it ended early, with the byte of the packed file; "" while it has not.
    const std::string& problem() const { return problem_; }

  private:
    struct Inflater;

    bool refill();
    void fail(const std::string& why);

    ByteReader& packed_;
    std::unique_ptr<Inflater> inflater_;
    std::string block_;
    int64_t packed_bytes_ = 0;  // taken from packed_
    int64_t unpacked_bytes_ = 0;
    bool in_member_ = false;
    bool ended_ = false;
    std::string problem_;
};

}  // namespace ringscope
