// The few key codes that the window answers to, in GLFW's numbering (positional, US names). The window's own
// queue of key presses carries them, because Dear ImGui 1.86 loses presses shorter than a frame.
#pragma once

namespace ringscope {

enum Key : int {
    kKeySpace = 32,
    kKeyComma = 44,
    kKeyMinus = 45,
    kKeyPeriod = 46,
    kKeySlash = 47,
    kKey0 = 48,
    kKey1 = 49,
    kKeyEqual = 61,
    kKeyA = 65,
    kKeyC = 67,
    kKeyD = 68,
    kKeyE = 69,
    kKeyF = 70,
    kKeyK = 75,
    kKeyL = 76,
    kKeyM = 77,
    kKeyN = 78,
    kKeyO = 79,
    kKeyP = 80,
    kKeyQ = 81,
    kKeyS = 83,
    kKeyT = 84,
    kKeyW = 87,
    kKeyY = 89,
    kKeyZ = 90,
    kKeyLeftBracket = 91,
    kKeyRightBracket = 93,
    kKeyEscape = 256,
    kKeyEnter = 257,
    kKeyTab = 258,
    kKeyBackspace = 259,
    kKeyDelete = 261,
    kKeyRight = 262,
    kKeyLeft = 263,
    kKeyDown = 264,
    kKeyUp = 265,
    kKeyPageUp = 266,
    kKeyPageDown = 267,
    kKeyHome = 268,
    kKeyEnd = 269,
    kKeyF1 = 290,
    kKeyF5 = 294,
    kKeyF6 = 295,
    kKeyF11 = 300,
    kKeypadEnter = 335,
};

/// Modifiers that were held at the press may ride in a key code's upper half, as GLFW's callback gives them;
/// codes without them are read together with the modifiers held in this frame.
inline constexpr int kKeyModifierShift = 16;
enum KeyModifier : int { kModShift = 1, kModControl = 2, kModAlt = 4 };
constexpr int key_code(int pressed) { return pressed & ((1 << kKeyModifierShift) - 1); }
constexpr int key_modifiers(int pressed) { return pressed >> kKeyModifierShift; }
constexpr int pressed_key(int code, int modifiers) { return code | (modifiers << kKeyModifierShift); }

}  // namespace ringscope
