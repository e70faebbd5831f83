#include <sio/password.hpp>

#include <string>

#include <doctest/doctest.h>

using sio::hash_password;
using sio::password_needs_rehash;
using sio::verify_password;

namespace {

// RFC 7914, 12: P "pleaseletmein", S "SodiumChloride", N 16384, r 8, p 1.
const std::string rfc_vector =
    "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
    "cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";

}  // namespace

TEST_CASE("a password is known again, and no other") {
    const auto stored = hash_password("correct horse");
    CHECK(stored.starts_with("$scrypt$ln=15,r=8,p=3$"));
    CHECK(stored.find("correct") == std::string::npos);
    CHECK(verify_password("correct horse", stored));
    CHECK_FALSE(verify_password("correct horsE", stored));
    CHECK_FALSE(verify_password("", stored));
    CHECK_FALSE(password_needs_rehash(stored));
}

TEST_CASE("the same password is stored differently each time") { CHECK(hash_password("") != hash_password("")); }

TEST_CASE("hashes of other costs are verified, and to be made anew") {
    CHECK(verify_password("pleaseletmein", rfc_vector));
    CHECK_FALSE(verify_password("pleaseletmeout", rfc_vector));
    CHECK(password_needs_rehash(rfc_vector));
}

TEST_CASE("malformed and absurdly costly hashes are refused") {
    for (const char* stored :
         {"", "plain", "$scrypt$", "$bcrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU", "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$",
          "$scrypt$ln=14,r=8,p=1$!$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=0,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=-1,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=14,r=0,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=14,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=22,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=99999999999999999999,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w",
          "$scrypt$ln=16,r=8,p=64$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf04_w"}) {
        CAPTURE(std::string(stored));
        CHECK_FALSE(verify_password("", stored));
        CHECK(password_needs_rehash(stored));
    }
}
