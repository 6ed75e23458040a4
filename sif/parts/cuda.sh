#!/bin/sh
# cuda.sh VERSION|none: the CUDA runtime libraries of a version such as 12.4, from NVIDIA's wheels.
# For programs that bring none: the wheels of torch, jax and others bring their own. The driver's own
# libraries come from the machine, by --nv.
set -eu
version=$1
if [ "$version" = none ]; then
    exit 0
fi
echo "==> CUDA $version"
major=${version%%.*}
parts=cudart,nvrtc,nvjitlink,cublas,cufft,curand,cusolver,cusparse
python3 -m pip install -q --no-cache-dir --root-user-action=ignore --target /opt/cuda \
    "cuda-toolkit[$parts]==$version.*" "nvidia-nccl-cu$major" || {
    echo "==> failed: the libraries of CUDA $version cannot be fetched from the package index;" \
        "build where it answers, mend the version, or leave out build argument cuda" >&2
    exit 1
}
mkdir -p /usr/local/cuda/lib64
find /opt/cuda -name 'lib*.so*' -exec ln -sf -t /usr/local/cuda/lib64 {} +
echo /usr/local/cuda/lib64 > /etc/ld.so.conf.d/paperbench-cuda.conf
ldconfig
