#include "app/process/config_folder.h"

#include <cstdlib>

namespace ringscope {

std::string config_folder() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    if (config && config[0] == '/') return std::string(config) + "/ringscope";
    return home && *home ? std::string(home) + "/.config/ringscope" : "";
}

std::string preset_folder() {
    const std::string folder = config_folder();
    return folder.empty() ? "" : folder + "/presets";
}

std::string machine_folder() {
    const std::string folder = config_folder();
    return folder.empty() ? "" : folder + "/machines";
}

}  // namespace ringscope
