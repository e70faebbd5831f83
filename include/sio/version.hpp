#pragma once

// The one place where the version is written: CMake reads it from here.

/// The version of sio. Until 1.0, a new minor version may break source and binary compatibility.
#define SIO_VERSION_MAJOR 0
#define SIO_VERSION_MINOR 1
#define SIO_VERSION_PATCH 0

/// One number to compare: major * 10000 + minor * 100 + patch.
#define SIO_VERSION (SIO_VERSION_MAJOR * 10000 + SIO_VERSION_MINOR * 100 + SIO_VERSION_PATCH)
/// `"0.1.0"`
#define SIO_VERSION_STRING "0.1.0"
