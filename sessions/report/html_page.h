// The frame of an HTML page: head, colours and style. For the .cpp files of this folder only.
#pragma once

#include <string>

namespace ringscope {

/// `title` is plain text, `body` what stands between the body's tags.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace ringscope
