#include <cstdlib>

#include <sio/headers.hpp>
#include <sio/version.hpp>

int main() {
    sio::Headers headers{{"Host", "example.org"}};
    return headers.get("host") == "example.org" && SIO_VERSION_MAJOR >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
