// The presets in the toolbar: the built-in experiments and the person's own, which are saved and deleted
// here.
#pragma once

namespace ringscope {

struct Shell;

void draw_preset_menu(Shell& shell);

}  // namespace ringscope
