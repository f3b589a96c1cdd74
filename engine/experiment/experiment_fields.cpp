#include "engine/experiment/experiment_fields.h"

#include <charconv>
#include <cmath>
#include <iterator>
#include <type_traits>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

[[noreturn]] void bad_value(const std::string& path, const std::string& text, const std::string& allowed) {
    constexpr size_t kMostShown = 64;
    const std::string shown = text.size() <= kMostShown ? text : text.substr(0, kMostShown) + "..";
    throw Error(ErrorKind::bad_input, path + ": \"" + shown + "\" is not allowed: " + allowed);
}

template <typename Number>
Number read_number(const std::string& path, const std::string& text, const char* allowed) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) bad_value(path, text, allowed);
    return value;
}

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A number that is only too large is told how large it may be.
template <typename T>
const char* whole_number_words(const std::string& text) {
    const bool digits = text.find_first_not_of("-0123456789") == std::string::npos;
    if (!digits || text.empty()) return "a whole number";
    return sizeof(T) == 4 ? "a whole number of at most 2147483647"
                          : "a whole number of at most 9223372036854775807";
}

template <typename T>
void read_value(const std::string& path, const std::string& text, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        if (text != "true" && text != "false") bad_value(path, text, "true or false");
        value = text == "true";
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = text;
    } else if constexpr (std::is_same_v<T, StripeBlock>) {
        const int64_t tokens =
            text == "auto" ? 0 : read_number<int64_t>(path, text, "auto or a whole number from 1");
        if (text != "auto" && tokens < 1) bad_value(path, text, "auto or a whole number from 1");
        value.tokens = tokens;
    } else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>) {
        bad_value(path, text, "a list of head groups in an experiment file");
    } else if constexpr (IsOptional<T>::value) {
        if (text == "null") {
            value.reset();
        } else {
            typename T::value_type inner{};
            read_value(path, text, inner);
            value = inner;
        }
    } else if constexpr (std::is_enum_v<T>) {
        std::string allowed;
        for (size_t i = 0; i < std::size(EnumNames<T>::names); ++i) {
            if (text == EnumNames<T>::names[i]) {
                value = static_cast<T>(i);
                return;
            }
            allowed += (i ? ", " : "") + std::string(EnumNames<T>::names[i]);
        }
        bad_value(path, text, "one of " + allowed);
    } else if constexpr (std::is_floating_point_v<T>) {
        const T read = read_number<T>(path, text, "a number");
        if (!std::isfinite(read)) bad_value(path, text, "a finite number");
        value = read;
    } else {
        value = read_number<T>(path, text,
                               std::is_unsigned_v<T> ? "a whole number from 0" : whole_number_words<T>(text));
    }
}

template <typename T>
std::string value_text(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
        return value ? "true" : "false";
    else if constexpr (std::is_same_v<T, std::string>)
        return value;
    else if constexpr (std::is_same_v<T, StripeBlock>)
        return value.automatic() ? "auto" : std::to_string(value.tokens);
    else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>)
        return std::to_string(value.size()) + " groups";
    else if constexpr (IsOptional<T>::value)
        return value ? value_text(*value) : "null";
    else if constexpr (std::is_enum_v<T>)
        return name_of(value);
    else if constexpr (std::is_floating_point_v<T>)
        return exact_text(value);
    else
        return std::to_string(value);
}

}  // namespace

void set_field(Experiment& experiment, const std::string& path, const std::string& text) {
    bool found = false;
    visit_fields(experiment, [&](const Field& field, auto& value) {
        if (path != field.path) return;
        found = true;
        read_value(path, text, value);
    });
    if (!found) throw Error(ErrorKind::bad_input, "\"" + path + "\" is not a field of an experiment");
}

std::string field_text(const Experiment& experiment, const std::string& path) {
    std::string text;
    bool found = false;
    visit_fields(experiment, [&](const Field& field, const auto& value) {
        if (path != field.path) return;
        found = true;
        text = value_text(value);
    });
    RINGSCOPE_CHECK(found);
    return text;
}

}  // namespace ringscope
