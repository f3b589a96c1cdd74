# Another project takes the engine by add_subdirectory, and a build keeps the compiler launcher that it was given.
#   cmake -DROOT=<source tree> -DSCRATCH=<empty folder> -P subproject.cmake
cmake_minimum_required(VERSION 3.22)

function(configure folder)
    file(REMOVE_RECURSE ${SCRATCH}/${folder})
    execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -B ${SCRATCH}/${folder} ${ARGN}
                    RESULT_VARIABLE code OUTPUT_VARIABLE report ERROR_VARIABLE report)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "cmake ${ARGN} failed:\n${report}")
    endif()
endfunction()

# Fails unless that build compiles the engine by a command that begins so.
function(require_compiler folder pattern)
    file(STRINGS ${SCRATCH}/${folder}/CMakeFiles/rules.ninja lines)
    string(REGEX MATCH "rule CXX_COMPILER__engine_[^;]*;[^\n]*" rule "${lines}")
    string(REGEX MATCH "command = [^;]*" command "${rule}")
    if(NOT command MATCHES "^command = ${pattern}")
        message(FATAL_ERROR "${folder}: '${command}' does not begin with ${pattern}")
    endif()
endfunction()

configure(parent -S ${ROOT}/tests/subproject -DRINGSCOPE_SOURCE=${ROOT} -DRINGSCOPE_CUDA=OFF)
# The engine's headers are usable there. To build the engine itself would take minutes.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH}/parent --target CMakeFiles/parent.dir/parent.cpp.o
                RESULT_VARIABLE code OUTPUT_VARIABLE report ERROR_VARIABLE report)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "parent.cpp does not compile:\n${report}")
endif()
require_compiler(parent "[^ ]*[+][+] ")
file(STRINGS ${SCRATCH}/parent/CMakeCache.txt tests REGEX "^RINGSCOPE_TESTS:BOOL=OFF")
if(NOT tests)
    message(FATAL_ERROR "tests are on below another project")
endif()

configure(launcher -S ${ROOT} -DRINGSCOPE_PROGRAM=OFF -DRINGSCOPE_CUDA=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=/usr/bin/env)
require_compiler(launcher "/usr/bin/env [^ ]*[+][+] ")
configure(no_launcher -S ${ROOT} -DRINGSCOPE_PROGRAM=OFF -DRINGSCOPE_CUDA=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=)
require_compiler(no_launcher "[^ ]*[+][+] ")
