// The one list of what a person can do by name. Menus, keys, the command palette and the help page all walk
// it.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace ringscope {

struct Shell;

struct Action {
    std::string id;  // "run/start": the menu it stands in, and its name there
    std::string label;
    std::string keys;  // as shown: "Shift-F5"; "" when it has none
    int key;           // 0: none
    int modifiers;     // KeyModifier, exactly these
    bool in_text;      // the key works while a text field is being edited too
    std::function<void(Shell&)> act;
    std::function<std::string(const Shell&)> why_not;  // null: always possible; else "" or the reason
    std::function<bool(const Shell&)> checked;         // null: not a switch
};

/// Those of the menus, of every tab and of every view.
std::span<const Action> actions();
const Action* find_action(const std::string& id);
std::string why_not(const Action& action, const Shell& shell);
/// Does it, when it is possible.
void perform(const Action& action, Shell& shell);

/// Does what the keys pressed in this frame ask for, and fills Shell::actions for the views.
void handle_keys(Shell& shell);

}  // namespace ringscope
