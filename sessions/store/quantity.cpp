#include "sessions/store/quantity.h"

#include <charconv>
#include <span>

namespace ringscope {

namespace {

struct UnitName {
    const char* name;
    double factor;
};
constexpr UnitName kNoUnits[] = {{"", 1}};
constexpr UnitName kTimes[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
constexpr UnitName kSizes[] = {{"", 1},     {"B", 1},         {"kB", 1e3},      {"MB", 1e6},
                               {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

std::span<const UnitName> units_of(Unit unit) {
    if (unit == Unit::seconds) return kTimes;
    if (unit == Unit::bytes) return kSizes;
    return kNoUnits;
}

}  // namespace

std::optional<double> read_quantity(std::string_view text, Unit unit) {
    double number = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error != std::errc{}) return {};
    const std::string_view given(end, static_cast<size_t>(last - end));
    for (const UnitName& known : units_of(unit))
        if (given == known.name) return number * known.factor;
    return {};
}

std::string allowed_quantity(Unit unit) {
    std::string names;
    for (const UnitName& known : units_of(unit))
        if (*known.name) names += (names.empty() ? ", with " : ", ") + std::string(known.name);
    return "a number" + (names.empty() ? "" : names + " behind it");
}

}  // namespace ringscope
