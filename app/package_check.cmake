# Run by cpack before it packs anything.
if(CPACK_RINGSCOPE_FOREIGN_LIBRARIES)
    list(JOIN CPACK_RINGSCOPE_FOREIGN_LIBRARIES " and " libraries)
    message(FATAL_ERROR "this build needs ${libraries}, which no distribution has, so its package would not start on "
                        "other machines: pack a build of the preset 'package' (RINGSCOPE_CUDNN and RINGSCOPE_NCCL off)")
endif()
