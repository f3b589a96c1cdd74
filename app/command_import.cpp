// ringscope import: the runs of another run file.
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"

namespace ringscope {

void declare_import(Arguments& program) {
    struct ImportCommand {
        std::string file, db;
    };
    auto command = std::make_shared<ImportCommand>();
    Arguments arguments = program.command("import", "Add the runs of another run file", [command] {
        RunStore::open(command->file);  // told apart from problems of the target, and before that is made
        const auto store = RunStore::open_or_create(run_file_path(command->db));
        const std::vector<int64_t> ids = store->import_runs(command->file);
        std::string text = "no new runs in " + command->file + "\n";
        if (!ids.empty()) {
            text = "added run";
            for (int64_t id : ids)
                text += (id == ids.front() ? (ids.size() > 1 ? "s " : " ") : ", ") + std::to_string(id);
            text += " to " + store->path() + "\n";
        }
        print(text);
        return 0;
    });
    arguments.positional("FILE", command->file, "Run file, as 'export --format run' makes one");
    declare_run_file(arguments, command->db, "Run file to add to");
}

}  // namespace ringscope
