// What the unit tests include. Precompiled, and never included by hand.
#pragma once

#include <doctest/doctest.h>

#include "precompiled_layers.hpp"
