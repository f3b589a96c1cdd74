// The controller's lists of what a person can choose by name: presets, machine models.
#include "app/window/controller.h"

namespace ringscope {

namespace {

using Level = Notice::Level;

}  // namespace

/// Runs on the worker's thread.
Worker::Outcome Controller::listed_presets(const std::string& done) {
    auto folder = std::make_shared<PresetFolder>(read_presets(preset_folder_));
    return [this, folder, done] {
        presets_ = std::shared_ptr<const std::vector<Preset>>(folder, &folder->presets);
        if (!done.empty()) notify(Level::info, done);
        for (const std::string& problem : folder->problems)
            notify(Level::warning, "Preset left out: " + problem);
    };
}

/// Runs on the worker's thread.
Worker::Outcome Controller::listed_machines(const MachineFolders& folders) {
    auto list = std::make_shared<const MachineList>(list_machines(folders));
    return [this, list] {
        machines_ = std::shared_ptr<const std::vector<MachineEntry>>(list, &list->machines);
        for (const std::string& problem : list->problems)
            notify(Level::warning, "Machine model left out: " + problem);
    };
}

void Controller::perform(const SavePreset& command) {
    ask([this, command] {
        save_preset(preset_folder_, {command.name, command.experiment});
        return listed_presets("Saved the preset '" + command.name + "' in " + preset_folder_);
    });
}

void Controller::perform(const DeletePreset& command) {
    ask([this, command] {
        delete_preset(preset_folder_, command.name);
        return listed_presets("Deleted the preset '" + command.name + "'");
    });
}

}  // namespace ringscope
