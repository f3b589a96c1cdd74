// What each script command does. For script.cpp only.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "app/script/script_command.h"
#include "ui/widgets/item_registry.h"

namespace ringscope {

class FrameLoop;

/// Why a command does not read ("unknown command", "wants ITEM DX DY"), or "".
std::string script_problem(const ScriptCommand& command);

class ScriptActions {
  public:
    ScriptActions(FrameLoop& loop, std::stop_token stop);
    void run(const ScriptCommand& command);
    bool ended() const;

    void preset(const ScriptCommand& command);
    void set(const ScriptCommand& command);
    void view(const ScriptCommand& command);
    void theme(const ScriptCommand& command);
    void scale(const ScriptCommand& command);
    void auto_run(const ScriptCommand& command);
    void click(const ScriptCommand& command);
    void double_click(const ScriptCommand& command);
    void hover(const ScriptCommand& command);
    void drag(const ScriptCommand& command);
    void wheel(const ScriptCommand& command);
    void key(const ScriptCommand& command);
    void type(const ScriptCommand& command);
    void wait(const ScriptCommand& command);
    void resize(const ScriptCommand& command);
    void expect(const ScriptCommand& command);
    void await(const ScriptCommand& command);
    void print(const ScriptCommand& command);
    void mouse(const ScriptCommand& command);
    void drop(const ScriptCommand& command);
    void screenshot(const ScriptCommand& command);
    void save(const ScriptCommand& command);
    void open(const ScriptCommand& command);
    void quit(const ScriptCommand& command);

  private:
    void frames(int count);
    /// Draws frames until it holds. Throws ExpectationFailed after kWaitLimitSeconds, Error(cancelled) on
    /// stop.
    void wait_until(const std::string& what, const std::function<bool()>& holds);
    const Item& item(const std::string& name);
    void move_to(const std::string& name);
    void press(int button, bool down);

    FrameLoop& loop_;
    std::stop_token stop_;
    bool quit_ = false;
};

}  // namespace ringscope
