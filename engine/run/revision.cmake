# cmake -DROOT=... -DHEADER=... -P revision.cmake: the commit that is built, as a header. Run at every build, since a
# commit is no reason to configure again; the header changes only when the commit does. Sources that lie in another
# project's repository have no commit of their own.
set(revision "")
find_package(Git QUIET)
if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${ROOT} rev-parse --show-prefix OUTPUT_VARIABLE prefix
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(GIT_FOUND AND prefix STREQUAL "")
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${ROOT} rev-parse --short=12 HEAD OUTPUT_VARIABLE revision
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${ROOT} diff-index --quiet HEAD -- RESULT_VARIABLE changed
                    OUTPUT_QUIET ERROR_QUIET)
    if(revision AND changed)
        string(APPEND revision "+")
    endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define RINGSCOPE_REVISION \"${revision}\"\n" @ONLY)
