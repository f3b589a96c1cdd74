#include "app/cli/completion.h"

namespace ringscope {

namespace {

// bash splits at '=' too (COMP_WORDBREAKS): the words are put together again, and what stands before the '=' is cut
// from the replies. A candidate with spaces is quoted, unless the word begins with a quotation mark.
constexpr const char* kScript =
    R"bash(# Completion of ringscope's commands, options and values; made by: ringscope completion bash
_ringscope() {
    local words=() word candidate prefix= quote=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ ${#words[@]} -gt 0 && ( $word == = || ${words[-1]} == *= ) ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
    word=${words[-1]}
    [[ $word == *=* ]] && prefix=${word%%=*}=
    [[ $word == [\"\']* ]] && quote=${word:0:1}
    words[-1]=${word#"$quote"}
    words[-1]=${words[-1]//\\/}
    COMPREPLY=()
    while IFS= read -r candidate; do
        case $candidate in
            :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
            :folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
            *)
                candidate=${candidate#"$prefix"}
                [[ $candidate == *= ]] && compopt -o nospace
                [[ $quote ]] || printf -v candidate %q "$candidate"
                COMPREPLY+=("${candidate//\\=/=}") ;;
        esac
    done < <("$1" completion words "${words[@]}" 2>/dev/null)
}
complete -F _ringscope ringscope
)bash";

/// Where the words lead: the command, the option that waits for its value, and how many positionals are given.
struct Place {
    const CLI::App* command;
    const CLI::Option* waiting = nullptr;
    size_t positionals = 0;
};

const CLI::Option* find_option(const CLI::App& command, const std::string& name) {
    for (const CLI::Option* option : command.get_options())
        if (!option->get_positional() && option->check_name(name)) return option;
    return nullptr;
}

const CLI::App* find_command(const CLI::App& parent, const std::string& name) {
    for (const CLI::App* command : parent.get_subcommands({}))
        if (command->get_name() == name) return command;
    return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

Place follow(const CLI::App& program, std::span<const char* const> words) {
    Place place{&program};
    for (const std::string word : words) {
        if (place.waiting) {
            place.waiting = nullptr;
        } else if (word.starts_with('-')) {
            const CLI::Option* option = find_option(*place.command, word);
            if (option && takes_value(*option)) place.waiting = option;
        } else if (const CLI::App* command = find_command(*place.command, word)) {
            place = {command};
        } else {
            ++place.positionals;
        }
    }
    return place;
}

std::vector<std::string> values_of(const CLI::Option& option, const DeclaredCommands& commands,
                                   const std::string& typed) {
    const auto known = commands.suggestions.find(&option);
    if (known != commands.suggestions.end()) return known->second(typed);
    const std::string meaning = option.get_positional() ? option.get_name(true) : option.get_type_name();
    if (meaning.find("FILE") != std::string::npos) return {":files"};
    if (meaning.find("FOLDER") != std::string::npos) return {":folders"};
    return {};
}

/// The one that takes the next word; a last one that may be repeated takes all that follow.
const CLI::Option* next_positional(const Place& place) {
    const CLI::Option* next = nullptr;
    size_t count = 0;
    for (const CLI::Option* option : place.command->get_options()) {
        if (!option->get_positional()) continue;
        const bool repeats = option->get_items_expected_max() > 1;
        if (count++ == place.positionals || repeats) next = option;
    }
    return next;
}

std::vector<std::string> names_in(const Place& place, bool options) {
    std::vector<std::string> names;
    if (options) {
        for (const CLI::Option* option : place.command->get_options())
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    } else if (place.positionals == 0) {
        for (const CLI::App* command : place.command->get_subcommands({}))
            names.push_back(command->get_name());
    }
    return names;
}

}  // namespace

std::string completion_script() { return kScript; }

std::string completions(const CLI::App& program, const DeclaredCommands& commands,
                        std::span<const char* const> words) {
    if (words.empty()) return "";
    std::string typed = words.back();
    const Place place = follow(program, words.first(words.size() - 1));
    const size_t equals = typed.starts_with("--") ? typed.find('=') : std::string::npos;
    std::vector<std::string> candidates;
    std::string before;
    if (place.waiting) {
        candidates = values_of(*place.waiting, commands, typed);
    } else if (equals != std::string::npos) {
        before = typed.substr(0, equals + 1);
        typed = typed.substr(equals + 1);
        const CLI::Option* option = find_option(*place.command, before.substr(0, equals));
        if (option && takes_value(*option)) candidates = values_of(*option, commands, typed);
    } else {
        candidates = names_in(place, typed.starts_with('-'));
        const CLI::Option* positional = next_positional(place);
        if (candidates.empty() && positional) candidates = values_of(*positional, commands, typed);
    }
    std::string lines;
    for (const std::string& candidate : candidates) {
        const bool is_kind = candidate.starts_with(':');
        if (is_kind || candidate.starts_with(typed)) lines += (is_kind ? "" : before) + candidate + "\n";
    }
    return lines;
}

}  // namespace ringscope
