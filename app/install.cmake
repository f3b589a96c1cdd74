# What `cmake --install` puts where, and the Debian package that `cpack -G DEB` makes of it.

install(TARGETS ringscope RUNTIME)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/assets/experiments ${PROJECT_SOURCE_DIR}/assets/machines DESTINATION ${CMAKE_INSTALL_DATADIR}/ringscope)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

# The program says itself what its manual page and completion are. Of a program for another machine it cannot be asked.
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
    string(TIMESTAMP date "%Y-%m-%d" UTC)  # of SOURCE_DATE_EPOCH where that is set
    set(made ${CMAKE_CURRENT_BINARY_DIR}/made)
    file(MAKE_DIRECTORY ${made})
    add_custom_command(OUTPUT ${made}/ringscope.1 ${made}/ringscope
        COMMAND ringscope manual ${date} > ${made}/ringscope.1
        COMMAND ringscope completion bash > ${made}/ringscope
        DEPENDS ringscope VERBATIM COMMENT "Writing the manual page and the completion")
    add_custom_target(manual ALL DEPENDS ${made}/ringscope.1 ${made}/ringscope)
    install(FILES ${made}/ringscope.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${made}/ringscope DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()

if(RINGSCOPE_WINDOW)
    install(FILES ${PROJECT_SOURCE_DIR}/assets/ringscope.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES ${PROJECT_SOURCE_DIR}/assets/icon.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps
            RENAME ringscope.svg)
endif()

# cuDNN and NCCL are in no distribution: a program that needs them would not start on another machine.
set(CPACK_RINGSCOPE_FOREIGN_LIBRARIES "")
if(RINGSCOPE_CUDNN_BUILT)
    list(APPEND CPACK_RINGSCOPE_FOREIGN_LIBRARIES cuDNN)
endif()
if(RINGSCOPE_NCCL_BUILT)
    list(APPEND CPACK_RINGSCOPE_FOREIGN_LIBRARIES NCCL)
endif()
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/package_check.cmake)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR "The RingScope authors")
set(CPACK_PACKAGE_CONTACT "The RingScope authors <ringscope@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Runs ring dilated attention over a ring of ranks and shows where every key
went, where the time went and where the memory went: in a window, and on the
command line.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
if(RINGSCOPE_WINDOW)
    # Opened at run time, so no dependency of the program's file: the driver, and the window's letters.
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-dejavu-core, libgl1-mesa-dri | libgl1-nvidia-glvnd-glx")
endif()
include(CPack)
