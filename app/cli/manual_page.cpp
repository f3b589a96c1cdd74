#include "app/cli/manual_page.h"

#include <algorithm>

#include "app/cli/arguments_help.h"
#include "engine/run/version.h"

namespace ringscope {

namespace {

/// Text as it stands: no character of it is taken for a request or an escape.
std::string plain(const std::string& text) {
    std::string escaped;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool begins_line = i == 0 || text[i - 1] == '\n';
        if (begins_line && (text[i] == '.' || text[i] == '\'')) escaped += "\\&";
        if (text[i] == '\\')
            escaped += "\\e";
        else if (text[i] == '\'')
            escaped += "\\(aq";
        else
            escaped += text[i] == '-' ? "\\-" : std::string(1, text[i]);
    }
    return escaped;
}

std::string section(const std::string& title) { return ".SH " + title + "\n"; }
std::string bold(const std::string& text) { return "\\fB" + plain(text) + "\\fR"; }
std::string paragraph(const std::string& text) { return plain(text) + "\n"; }

/// Lines that keep their breaks and columns; empty ones part paragraphs.
std::string verbatim(const std::string& text) {
    std::string lines = ".nf\n";
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        lines += end == at ? ".fi\n.PP\n.nf\n" : plain(text.substr(at, end - at)) + "\n";
        at = end + 1;
    }
    return lines + ".fi\n";
}

std::string entry(const std::string& name, const std::string& description) {
    return ".TP\n" + bold(name) + "\n" + paragraph(description);
}

std::string entries(const CLI::App& command) {
    std::string text;
    for (const CLI::Option* option : command.get_options()) {
        if (option == command.get_help_ptr()) continue;
        text += entry(option->get_positional() ? option->get_name(true) : option_name(*option),
                      option->get_description());
    }
    return text;
}

/// The command and those below it. What several commands say below their options (presets and fields) is said once, in
/// `shared`.
std::string command_text(const CLI::App& command, std::string& shared) {
    std::string text;
    const auto below = command.get_subcommands({});
    if (below.empty()) {
        text += ".SS " + plain(usage_line(command)) + "\n" + paragraph(command.get_description() + ".");
        text += entries(command);
        const std::string& footer = command.get_footer();
        if (footer.starts_with("Presets:")) {
            shared = footer;
            text += ".PP\nPresets and the fields of " + bold("--set") + " are listed below.\n";
        } else if (!footer.empty()) {
            text += ".PP\n" + verbatim(footer);
        }
    }
    for (const CLI::App* one : below) text += command_text(*one, shared);
    return text;
}

constexpr const char* kDescription =
    "RingScope runs ring dilated attention for real, over a ring of ranks on this machine, and shows where "
    "every key went, where the time went and where the memory went. It plans who computes what and who sends "
    "what to whom, executes exactly that, checks the answer against float64, and lays prediction and "
    "measurement side by side.";

std::string environment_and_files() {
    return section("ENVIRONMENT") +
           entry("RINGSCOPE_ASSETS",
                 "Folder of the experiments that come with the program, instead of the "
                 "installed one.") +
           entry("XDG_CONFIG_HOME",
                 "Own presets and the window's state are in its folder ringscope; ~/.config "
                 "when not set.") +
           entry("XDG_DATA_HOME",
                 "The default run file is in its folder ringscope; ~/.local/share when not set.") +
           section("FILES") +
           entry("~/.config/ringscope/presets/*.json",
                 "Own presets: experiment files, named as --preset takes "
                 "them.") +
           entry("~/.local/share/ringscope/runs.ringscope", "The run file that --db default means.");
}

std::string examples() {
    return section("EXAMPLES") +
           entry("ringscope run --set ring.ranks=8 --set ring.layout=zigzag --verify",
                 "Run, and check the answer against float64.") +
           entry("ringscope plan --preset longnet-1m",
                 "Bytes, memory and FLOPs of a million tokens; runs nothing.") +
           entry("ringscope run --repeat 5 --db default", "Keep five runs, and show their spread.") +
           entry(
               "ringscope compare base head --fail-if 'seconds>+5%'",
               "End with code 1 when the runs named head take more than 5 % longer than those named base.") +
           entry("ringscope run --against ring.overlap=false --until-decided",
                 "Run two experiments in turns until they can be told apart.") +
           entry("ringscope screenshot --view timeline --out timeline.svg", "A picture without a display.");
}

}  // namespace

std::string manual_page(const CLI::App& program, const std::string& exit_codes, const std::string& date) {
    std::string shared;
    std::string commands;
    for (const CLI::App* command : program.get_subcommands({})) commands += command_text(*command, shared);
    std::string text = ".TH RINGSCOPE 1 \"" + date + "\" \"ringscope " + version() + "\" \"User Commands\"\n";
    text += ".nh\n.ad l\n" + section("NAME") +
            "ringscope \\- profiler and teaching tool for ring dilated attention\n";
    text += section("SYNOPSIS") + bold("ringscope") + " [\\fICOMMAND\\fR] [\\fIoptions\\fR]\n";
    text += section("DESCRIPTION") + paragraph(kDescription);
    text += ".PP\nWithout a command the window opens.\n";
    text += section("OPTIONS") + entry("-h, --help", "Print the help, of the program or of a command.") +
            entry("--version", "Print the version.");
    text += section("COMMANDS") + commands;
    if (!shared.empty()) text += section("PRESETS AND FIELDS") + verbatim(shared);
    text += section("EXIT STATUS") + verbatim(exit_codes);
    return text + environment_and_files() + examples();
}

}  // namespace ringscope
