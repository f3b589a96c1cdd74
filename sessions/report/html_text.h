// Text and numbers inside an HTML page. For the .cpp files of this folder only.
#pragma once

#include <string>

#include "engine/base/number_text.h"

namespace ringscope {

/// Safe between tags and inside quoted attributes, and well-formed XML whatever the text is (visible_text()).
std::string html_escaped(const std::string& text);

/// The exact value for programs, the short one for people: <data value="0.0123">12.3 ms</data>.
std::string html_data(double value, Unit unit);

/// A length inside a picture: short, and the same with every locale.
std::string svg_number(double value);

}  // namespace ringscope
