#pragma once

// Qt makes words of the language of `emit`, `signals` and `slots`, and so makes nothing of sio's functions of that name.
#ifdef emit
#error "sio: `emit` is a macro (Qt's?): build with QT_NO_KEYWORDS (CMake: no_keywords), or include sio before Qt"
#endif
