#include "sessions/store/plain_file.h"

#include <fstream>
#include <vector>

namespace ringscope {

PlainFile::PlainFile(const std::string& path, const std::stop_token& stop)
    : path_(path),
      stop_(stop),
      target_(path, stop),
      workplace_(followed_links(path)),
      part_(workplace_.file("tables")) {}

void PlainFile::open() {
    db_.emplace(part_, DbMode::create, 0);
    db_->stop_when(stop_);
    // Nobody else sees it before it is whole, and what is cut off goes.
    db_->run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY");
    db_->run(
        ("PRAGMA application_id = " + std::to_string(kPlainTablesId) + "; PRAGMA user_version = 1; BEGIN")
            .c_str());
}

void PlainFile::close() {
    db_->run("COMMIT");
    db_.reset();
}

void PlainFile::commit() {
    constexpr size_t kPieceBytes = 1 << 20;
    std::vector<char> piece(kPieceBytes);
    std::ifstream in(part_, std::ios::binary);
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        target_.write(piece.data(), static_cast<size_t>(in.gcount()));
    }
    if (!in.eof()) throw Error(ErrorKind::io, "cannot write " + path_ + ": its copy cannot be read");
    target_.commit();
}

void PlainFile::fail(const DbError& error) const {
    const std::string what = error.what();
    const std::string of_part = part_ + ": ";
    throw Error(ErrorKind::io, "cannot write " + path_ + ": " +
                                   (what.starts_with(of_part) ? what.substr(of_part.size()) : what));
}

}  // namespace ringscope
