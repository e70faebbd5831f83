#include <string>

#include "support/vector_file.hpp"

std::string sio::test::vectors_path(std::string_view name) { return std::string(SIO_TEST_VECTORS "/").append(name); }
