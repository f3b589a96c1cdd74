#include "engine/run/fault.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <vector>

#include "engine/base/error.h"
#include "engine/plan/schedule.h"

namespace ringscope {

namespace {

constexpr double kMostSeconds = 86400;
constexpr double kLeastBandwidth = 1, kMostBandwidth = 1e15;  // bytes per second
constexpr const char* kForm =
    "delay:rank=R,step=S,seconds=T, lose_transfer:rank=R,step=S, throw_error:rank=R,step=S or "
    "slow_link:rank=R,bandwidth=B";

[[noreturn]] void refuse(const std::string& what, const std::string& allowed) {
    throw Error(ErrorKind::bad_input, "fault: " + what + ": " + allowed);
}

template <typename Number>
Number read_number(const std::string& key, const std::string& text, Number least, Number most,
                   const char* allowed) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool read = error == std::errc{} && end == text.data() + text.size();
    if (!read || !(value >= least) || value > most) refuse(key + "=" + text + " is not allowed", allowed);
    return value;
}

Fault::Kind read_kind(const std::string& name) {
    for (const Fault::Kind kind :
         {Fault::Kind::delay, Fault::Kind::lose_transfer, Fault::Kind::throw_error, Fault::Kind::slow_link})
        if (name == name_of(kind)) return kind;
    refuse("\"" + name + "\" is not allowed", kForm);
}

void read_setting(const std::string& setting, Fault& fault, std::set<std::string>& given) {
    const size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : setting.substr(equals + 1);
    if (!given.insert(key).second) refuse(key + " is given twice", "give it once");
    if (key == "rank")
        fault.rank = read_number<int>(key, value, 0, kMaxRunRanks - 1, "a rank, from 0");
    else if (key == "step" && fault.kind != Fault::Kind::slow_link)
        fault.step = read_number<int>(key, value, 0, kMaxRunRanks - 1, "a step of the ring, from 0");
    else if (key == "seconds" && fault.kind == Fault::Kind::delay)
        fault.delay_seconds = read_number<double>(key, value, 0, kMostSeconds, "0 to 86400 seconds");
    else if (key == "bandwidth" && fault.kind == Fault::Kind::slow_link)
        fault.bytes_per_second =
            read_number<double>(key, value, kLeastBandwidth, kMostBandwidth, "1 to 1e15 bytes per second");
    else
        refuse("\"" + setting + "\" is not allowed", kForm);
}

bool sends_in(const Schedule& schedule, const Fault& fault) {
    const int behind = schedule.strategy == Strategy::all_gather ? 0 : 1;  // Transfer::step is the receiver's
    return std::any_of(schedule.transfers.begin(), schedule.transfers.end(), [&](const Transfer& transfer) {
        return transfer.from == fault.rank &&
               (fault.kind == Fault::Kind::slow_link || transfer.step - behind == fault.step);
    });
}

}  // namespace

Fault read_fault(const std::string& text) {
    const size_t colon = text.find(':');
    Fault fault;
    fault.kind = read_kind(text.substr(0, colon));
    std::set<std::string> given;
    for (size_t at = colon; at < text.size();) {
        const size_t end = std::min(text.find(',', at + 1), text.size());
        read_setting(text.substr(at + 1, end - at - 1), fault, given);
        at = end;
    }
    std::vector<std::string> needed = {"rank"};
    needed.emplace_back(fault.kind == Fault::Kind::slow_link ? "bandwidth" : "step");
    if (fault.kind == Fault::Kind::delay) needed.emplace_back("seconds");
    for (const std::string& key : needed)
        if (!given.contains(key)) refuse(key + " is missing", kForm);
    return fault;
}

void require_possible(const Fault& fault, const Schedule& schedule) {
    if (fault.kind == Fault::Kind::none) return;
    if (fault.rank < 0 || fault.rank >= schedule.ranks)
        refuse("rank=" + std::to_string(fault.rank) + " is not allowed",
               "this run has ranks 0 to " + std::to_string(schedule.ranks - 1));
    if (fault.step < 0 || fault.step >= schedule.steps)
        refuse("step=" + std::to_string(fault.step) + " is not allowed",
               "this run has steps 0 to " + std::to_string(schedule.steps - 1));
    if (fault.kind != Fault::Kind::throw_error && !sends_in(schedule, fault))
        refuse(std::string(name_of(fault.kind)) + " cannot happen",
               "rank " + std::to_string(fault.rank) + " sends nothing" +
                   (fault.kind == Fault::Kind::slow_link ? "" : " in step " + std::to_string(fault.step)));
}

double least_seconds(const Fault& fault, int sender, int64_t bytes) {
    if (fault.kind != Fault::Kind::slow_link || fault.rank != sender) return 0;
    return static_cast<double>(bytes) / fault.bytes_per_second;
}

}  // namespace ringscope
