#include "sessions/store/schema_functions.h"

#include <new>

#include <sqlite3.h>

#include "sessions/experiment_file.h"
#include "sessions/plain_text.h"
#include "sessions/store/database.h"
#include "sessions/store/run_record.h"

namespace ringscope {

namespace {

/// A text made of a text. NULL for NULL, and where it throws an Error.
template <std::string of_text(const std::string&)>
void text_function(sqlite3_context* context, int, sqlite3_value** values) {
    const unsigned char* text = sqlite3_value_text(values[0]);
    if (text == nullptr) return sqlite3_result_null(context);
    try {
        const std::string result = of_text(
            {reinterpret_cast<const char*>(text), static_cast<size_t>(sqlite3_value_bytes(values[0]))});
        sqlite3_result_text64(context, result.data(), result.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    } catch (const Error&) {
        sqlite3_result_null(context);
    } catch (const std::bad_alloc&) {  // none of C++'s may pass through SQLite
        sqlite3_result_error_nomem(context);
    }
}

std::string hash_of_json(const std::string& json) {
    return experiment_hash(parse_stored_experiment(json, "experiment"));
}

using SqlFunction = void(sqlite3_context*, int, sqlite3_value**);

void define(Db& db, const char* name, SqlFunction* function) {
    const int code =
        sqlite3_create_function(db.handle(), name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                nullptr, function, nullptr, nullptr);
    if (code != SQLITE_OK) db.fail(code);
}

}  // namespace

void define_schema_functions(Db& db) {
    define(db, "experiment_hash", text_function<hash_of_json>);
    define(db, "valid_text", text_function<stored_text>);
}

}  // namespace ringscope
