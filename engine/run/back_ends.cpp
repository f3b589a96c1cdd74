#include "engine/run/back_ends.h"

#include <algorithm>

#ifdef RINGSCOPE_CUDA_BACK_END
#include "engine/cuda/cuda_executor.h"
#endif

namespace ringscope {

std::span<const BackEnd> back_ends() {
#ifdef RINGSCOPE_CUDA_BACK_END
    static const BackEnd all[] = {back_end()};
    return all;
#else
    return {};
#endif
}

namespace {

bool offers(const std::vector<EngineOption>& options, const std::string& name) {
    return name == "auto" || std::any_of(options.begin(), options.end(), [&](const EngineOption& option) {
               return option.usable && option.name == name;
           });
}

}  // namespace

const BackEnd* choose_back_end(const BackendSpec& spec) {
    if (spec.device == Device::cpu) return nullptr;
    for (const BackEnd& back_end : back_ends()) {
        if (spec.device == back_end.device) return &back_end;
        if (spec.device != Device::automatic) continue;
        if (offers(back_end.devices(), name_of(back_end.device)) &&
            offers(back_end.transports(), name_of(spec.transport)) && offers(back_end.kernels(), spec.kernel))
            return &back_end;
    }
    if (spec.device != Device::automatic)
        throw Error(ErrorKind::bad_input, std::string("backend.device is ") + name_of(spec.device) +
                                              ": this build runs on auto or cpu only");
    return nullptr;
}

}  // namespace ringscope
