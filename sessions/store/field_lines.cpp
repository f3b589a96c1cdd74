#include "sessions/store/field_lines.h"

#include <algorithm>

#include "engine/experiment/experiment_fields.h"
#include "sessions/experiment_file.h"

namespace ringscope {

std::string field_lines(const Experiment& experiment) {
    std::string lines;
    visit_fields(experiment, [&](const Field& field, const auto&) {
        const std::string path = field.path;
        lines += "\n" + path + "=";
        lines += path == "problem.head_groups" ? head_groups_to_json(experiment.problem.head_groups)
                                               : field_text(experiment, path);
    });
    return lines;
}

std::string_view field_value(std::string_view lines, std::string_view path) {
    const std::string head = "\n" + std::string(path) + "=";
    const size_t at = lines.find(head);
    if (at == lines.npos) return {};
    const size_t begin = at + head.size();
    return lines.substr(begin, std::min(lines.find('\n', begin), lines.size()) - begin);
}

}  // namespace ringscope
