#include "sessions/store/run_filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "engine/base/error.h"
#include "sessions/plain_text.h"
#include "sessions/store/quantity.h"
#include "sessions/store/run_properties.h"

namespace ringscope {

namespace {

using Kind = RunProperty::Kind;

enum class Op { contains, equal, unequal, less, less_equal, greater, greater_equal };

struct OpSign {
    std::string_view sign;
    Op op;
};
constexpr OpSign kOps[] = {
    // longer ones first
    {"!=", Op::unequal}, {"<=", Op::less_equal}, {">=", Op::greater_equal}, {"=", Op::equal},
    {"<", Op::less},     {">", Op::greater},     {":", Op::contains},
};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

[[noreturn]] void refuse(const std::string& term, const std::string& why) {
    throw Error(ErrorKind::bad_input, one_line("filter '" + term + "': " + why));
}

/// The values from `low` up to, not including, `high` when they differ: a day is not one instant.
struct Value {
    double low = 0;
    double high = 0;
    std::string word;
};

Value number_value(const std::string& term, const std::string& text, Unit unit) {
    if (const auto number = read_quantity(text, unit)) return {*number, *number, ""};
    refuse(term, "'" + text + "' is not " + allowed_quantity(unit));
}

Value day_value(const std::string& term, const std::string& text) {
    using namespace std::chrono;
    std::array<int, 3> parts{};
    const char* at = text.data();
    const char* last = at + text.size();
    bool good = text.size() == 10;
    for (size_t i = 0; good && i < parts.size(); ++i) {
        const auto [end, error] = std::from_chars(at, last, parts[i]);
        good = error == std::errc{} && (i == 2 ? end == last : end != last && *end == '-');
        at = end + 1;
    }
    const year_month_day day{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                             std::chrono::day{static_cast<unsigned>(parts[2])}};
    if (!good || !day.ok()) refuse(term, "'" + text + "' is not a day such as 2026-11-21 (UTC)");
    const auto begin = duration_cast<milliseconds>(sys_days{day}.time_since_epoch());
    return {static_cast<double>(begin.count()), static_cast<double>((begin + days{1}).count()), ""};
}

Value word_value(const std::string& term, const std::string& text, const RunProperty& figure, Op op) {
    Value value{0, 0, lower_case(text)};
    const auto& allowed = figure.allowed;
    if (op == Op::contains || allowed.empty() ||
        std::find(allowed.begin(), allowed.end(), value.word) != allowed.end()) {
        if (figure.kind == Kind::yes_no) value.low = value.high = value.word == "true";
        return value;
    }
    std::string known;
    for (const std::string& name : allowed) known += (known.empty() ? "" : ", ") + name;
    refuse(term, "'" + text + "' is not allowed; " + figure.name + " is one of " + known);
}

bool number_matches(double number, Op op, const Value& value) {
    const bool equal =
        value.low == value.high ? number == value.low : number >= value.low && number < value.high;
    const bool above = value.low == value.high ? number > value.low : number >= value.high;
    switch (op) {
        case Op::less:
            return number < value.low;
        case Op::less_equal:
            return number < value.low || equal;
        case Op::greater:
            return above;
        case Op::greater_equal:
            return above || equal;
        default:
            return equal;
    }
}

}  // namespace

struct RunFilter::Term {
    const RunProperty* figure = nullptr;  // null: free text, in `value.word`
    Op op = Op::contains;
    Value value;

    static Term read(const std::string& text, size_t unquoted);
    bool holds(const RunSummary& run) const;
};

namespace {

/// `word` is in small letters.
bool has_part(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) { return small(a) == b; };
    return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

/// One of the texts that free text looks at has the word in it.
bool any_text_has(const RunSummary& run, std::string_view word) {
    for (const std::string* text : {&run.name, &run.settings, &run.note, &run.device, &run.kernel,
                                    &run.strategy, &run.layout, &run.dtype, &run.host})
        if (has_part(*text, word)) return true;
    return has_part(state_text(run), word) ||
           std::any_of(run.tags.begin(), run.tags.end(),
                       [&](const auto& tag) { return has_part(tag, word); });
}

/// A term without the quotation marks that keep its blanks together.
struct RawTerm {
    std::string text;
    size_t unquoted = 0;  // characters before the first quote
};

std::vector<RawTerm> split_terms(const std::string& text) {
    std::vector<RawTerm> terms;
    for (size_t at = 0; (at = text.find_first_not_of(" \t", at)) != text.npos;) {
        RawTerm term;
        bool quoted = false, any_quote = false;
        for (; at < text.size() && (quoted || (text[at] != ' ' && text[at] != '\t')); ++at) {
            if (text[at] == '"') {
                quoted = !quoted;
                any_quote = true;
                continue;
            }
            term.text += text[at];
            if (!any_quote) term.unquoted = term.text.size();
        }
        if (quoted) refuse(term.text, "its quotation mark is not closed");
        if (!term.text.empty()) terms.push_back(std::move(term));
    }
    return terms;
}

}  // namespace

bool RunFilter::Term::holds(const RunSummary& run) const {
    if (!figure->is_of(run)) return false;
    std::vector<std::string_view> words;
    std::vector<double> numbers;
    if (figure->words) figure->words(run, words);
    if (figure->numbers) figure->numbers(run, numbers);
    const auto fits_word = [&](std::string_view word) {
        const bool part = op == Op::contains && figure->name != "tag";
        return (part || word.size() == value.word.size()) && has_part(word, value.word);
    };
    const bool any = std::any_of(words.begin(), words.end(), fits_word) ||
                     std::any_of(numbers.begin(), numbers.end(),
                                 [&](double number) { return number_matches(number, op, value); });
    return op == Op::unequal ? !any : any;
}

RunFilter::RunFilter() = default;
RunFilter::~RunFilter() = default;
RunFilter::RunFilter(const RunFilter&) = default;
RunFilter& RunFilter::operator=(const RunFilter&) = default;

RunFilter::Term RunFilter::Term::read(const std::string& text, size_t unquoted) {
    Term term;
    const size_t sign = std::min(text.find_first_of("=!<>:"), text.size());
    if (sign >= unquoted) {
        term.value.word = lower_case(text);
        return term;
    }
    const auto known = std::find_if(std::begin(kOps), std::end(kOps), [&](const OpSign& op) {
        return std::string_view(text).substr(sign).substr(0, op.sign.size()) == op.sign;
    });
    if (known == std::end(kOps) || sign == 0)
        refuse(text,
               "a term is FIGURE=VALUE, or with != < <= > >= :, or plain text; signs that are looked "
               "for stand in quotation marks");
    term.op = known->op;
    try {
        term.figure = &run_property(text.substr(0, sign));
    } catch (const Error& error) {
        refuse(text, error.what());
    }
    const std::string value = text.substr(sign + known->sign.size());
    const Kind kind = term.figure->kind;
    const bool ordered = kind == Kind::number || kind == Kind::utc;
    const bool of_words = term.op == Op::equal || term.op == Op::unequal || term.op == Op::contains;
    if (value.empty()) refuse(text, "its value is missing");
    if (ordered && term.op == Op::contains)
        refuse(text, "':' looks for part of a text; for " + term.figure->name + " use = != < <= > >=");
    if (!ordered && !of_words) refuse(text, term.figure->name + " has no order; use = or !=");
    if (kind == Kind::number)
        term.value = number_value(text, value, term.figure->unit);
    else if (kind == Kind::utc)
        term.value = day_value(text, value);
    else
        term.value = word_value(text, value, *term.figure, term.op);
    return term;
}

RunFilter::RunFilter(const std::string& text) {
    for (const RawTerm& raw : split_terms(text)) terms_.push_back(Term::read(raw.text, raw.unquoted));
}

bool RunFilter::matches(const RunSummary& run) const {
    return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
        return term.figure ? term.holds(run) : any_text_has(run, term.value.word);
    });
}

bool RunFilter::names(const std::string& figure) const {
    return std::any_of(terms_.begin(), terms_.end(),
                       [&](const Term& term) { return term.figure && term.figure == &run_property(figure); });
}

}  // namespace ringscope
