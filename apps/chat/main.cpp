// The chat: wiring only. Each part has a file of its own.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <sio/access_log.hpp>
#include <sio/csrf.hpp>
#include <sio/server.hpp>
#include <sio/session_cookie.hpp>
#include <sio/sio.hpp>
#include <sio/static_files.hpp>
#include <sio/template.hpp>
#include <sio/trust_proxy.hpp>

#include "admin.hpp"
#include "chat_namespace.hpp"
#include "digest.hpp"
#include "options.hpp"
#include "pages.hpp"
#include "security.hpp"
#include "store.hpp"

namespace {

sio::StaticFiles npm_files(const chat::Options& options, const std::string& folder) {
    const auto path = std::filesystem::path(options.modules_dir) / folder;
    if (!std::filesystem::is_directory(path)) {
        throw std::runtime_error("missing " + path.string() +
                                 ": run \"npm ci\" in apps/chat, or name the folder with --modules-dir");
    }
    return sio::StaticFiles(path.string(), {.index_files = {}});
}

void serve(const chat::Options& options) {
    sio::set_log_level(options.log_level);

    chat::Store store(options.database);
    const auto secret_key = options.secret_key.empty()
                                ? store.setting("secret_key", [] { return chat::random_hex(32); })
                                : options.secret_key;

    sio::Namespaces namespaces;
    chat::Chat chat(store, namespaces);
    namespaces.add<chat::ChatNamespace>(chat::Chat::nsp, std::ref(chat));

    const sio::Templates templates(options.templates_dir);
    chat::Pages pages(chat, templates);
    chat::Admin admin(chat, templates, options.admin_password);

    sio::Router app;
    if (options.proxies > 0) app.use(sio::trust_proxy(options.proxies));
    app.use(sio::access_log());
    app.use(chat::security_headers());
    app.use(sio::session_cookie({.keys = {secret_key}, .name = "chat"}));
    app.use(sio::csrf_protection());
    pages.add_to(app);
    admin.add_to(app);
    app.mount("/static/vendor", npm_files(options, "socket.io-client/dist"));
    app.mount("/static/vendor/0.9", npm_files(options, "socket.io-client-0.9/dist"));
    app.mount("/static/vendor/fonts", npm_files(options, "@fontsource-variable/figtree/files"));
    app.mount("/static", sio::StaticFiles(options.static_dir, {.index_files = {}}));
    app.any("/socket.io", [&](sio::Environ& environ) { return sio::socketio_manage(environ, namespaces); });

    sio::ServerOptions server_options;
    server_options.tls = {options.tls_certificate, options.tls_key};
    server_options.workers = options.workers;
    server_options.metrics_path = options.metrics_path;
    server_options.engine.cors.allowed_origins = options.origins;
    sio::SocketIOServer server({options.host, options.port}, app, server_options);
    chat.set_server(server);
    server.start();
    std::puts(chat::greeting(options, server.port()).c_str());
    std::fflush(stdout);
    server.serve_forever();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = chat::parse_options({argv + 1, argv + argc}, std::getenv);
        if (options.show_help) {
            std::fputs(chat::help_text().c_str(), stdout);
        } else if (options.show_version) {
            std::puts("chat " SIO_VERSION_STRING);
        } else {
            serve(options);
        }
        return EXIT_SUCCESS;
    } catch (const chat::OptionsError& error) {
        std::fprintf(stderr, "chat: %s\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "chat: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
