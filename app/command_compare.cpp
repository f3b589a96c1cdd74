// ringscope compare: saved runs side by side.
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "sessions/compare.h"

namespace ringscope {

void declare_compare(Arguments& program) {
    struct CompareCommand {
        std::vector<std::string> runs;
        std::string db;
        bool json = false;
    };
    auto command = std::make_shared<CompareCommand>();
    Arguments arguments = program.command("compare", "Compare saved runs with the first one", [command] {
        const auto store = open_run_file(command->db);
        std::vector<ComparedRun> runs;
        for (const std::string& what : command->runs) {
            const int64_t id = store->find(what);
            runs.push_back({store->summary(id).name, store->load(id)});
        }
        const Comparison comparison = compare_runs(runs);
        print(command->json ? comparison_to_json(comparison) : comparison_to_text(comparison));
        return 0;
    });
    arguments.positionals("RUN", command->runs, "Runs by number, name or start of the uuid", 2);
    declare_run_file(arguments, command->db, "Run file");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
