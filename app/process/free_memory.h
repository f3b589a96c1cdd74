// Memory that was freed, back to the system.
#pragma once

namespace ringscope {

/// After a run: its ranks were threads, and what they and the run freed lies between what is kept, where the
/// allocator hands little of it back by itself: a sweep grew by 45 KB per run. Takes milliseconds.
void return_free_memory();

}  // namespace ringscope
