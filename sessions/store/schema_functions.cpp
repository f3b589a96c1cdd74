#include "sessions/store/schema_functions.h"

#include <new>

#include <sqlite3.h>

#include "sessions/experiment_file.h"
#include "sessions/store/database.h"
#include "sessions/store/run_record.h"

namespace ringscope {

namespace {

void hash_experiment(sqlite3_context* context, int, sqlite3_value** values) {
    const unsigned char* text = sqlite3_value_text(values[0]);
    if (text == nullptr) return sqlite3_result_null(context);
    try {
        const std::string json(reinterpret_cast<const char*>(text),
                               static_cast<size_t>(sqlite3_value_bytes(values[0])));
        const std::string hash = experiment_hash(parse_stored_experiment(json, "experiment"));
        sqlite3_result_text(context, hash.c_str(), -1, SQLITE_TRANSIENT);
    } catch (const Error&) {
        sqlite3_result_null(context);
    } catch (const std::bad_alloc&) {  // none of C++'s may pass through SQLite
        sqlite3_result_error_nomem(context);
    }
}

}  // namespace

void define_schema_functions(Db& db) {
    const int code = sqlite3_create_function(db.handle(), "experiment_hash", 1,
                                             SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                             hash_experiment, nullptr, nullptr);
    if (code != SQLITE_OK) db.fail(code);
}

}  // namespace ringscope
