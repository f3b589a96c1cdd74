# Installs distribution packages (Debian 12, Ubuntu 22.04 and newer) that are not there yet. For sourcing:
#   . app/packages.sh; install_missing cmake ninja-build
# Prints nothing and needs no network when everything is there.

build_packages="g++ cmake ninja-build pkg-config nlohmann-json3-dev libcli11-dev libsqlite3-dev zlib1g-dev libpng-dev
    libimgui-dev libfreetype-dev libglfw3-dev libgl-dev libegl-dev libgl1-mesa-dri fonts-dejavu-core"
test_packages="libgtest-dev python3 xvfb xauth xdotool git clang-format clang-tidy"

# Prints those of the packages that are not installed, on one line.
missing_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    echo "${missing[*]}"
}

install_missing() {
    local missing root=()
    read -ra missing <<<"$(missing_packages "$@")"
    [ ${#missing[@]} -eq 0 ] && return 0
    if ! command -v apt-get >/dev/null; then
        echo "ringscope: error: missing packages: ${missing[*]}; install what they hold with this system's package manager" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "ringscope: error: missing packages: ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2
            return 1
        fi
        root=(sudo)
    fi
    echo "Installing with apt-get: ${missing[*]}" >&2
    if ! { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
           "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2; then
        echo "ringscope: error: could not install ${missing[*]}: is this machine online? When it is: apt-get install ${missing[*]}" >&2
        return 1
    fi
}
