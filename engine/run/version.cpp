#include "engine/revision.h"  // made by revision.cmake
#include "engine/run/executor.h"

namespace ringscope {

const char* version() { return RINGSCOPE_VERSION; }

const char* revision() { return RINGSCOPE_REVISION; }

}  // namespace ringscope
