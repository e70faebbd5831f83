// What the unit tests include. Precompiled, and never included by hand.
#include <doctest/doctest.h>

#include "../src/precompiled.hpp"
