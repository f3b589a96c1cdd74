#include "engine/run/version.h"
#include "engine/run/revision.h"  // made by revision.cmake

namespace ringscope {

const char* version() { return RINGSCOPE_VERSION; }

const char* revision() { return RINGSCOPE_REVISION; }

}  // namespace ringscope
