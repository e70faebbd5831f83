// The unit of scripts/build-cost: how long this file takes to compile is "one reference file". Changing it makes new figures
// incomparable with those in docs/design/build.md.
#include <boost/beast.hpp>

int main() { return boost::beast::http::int_to_status(200) == boost::beast::http::status::ok ? 0 : 1; }
