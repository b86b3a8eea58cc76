# The site and its workers; how to use it is in docs/deploy/containers.md
#   docker build --tag webstyle:cpu .
#   docker build --tag webstyle:cuda --build-arg TORCH=cuda .
FROM python:3.11-slim-bookworm AS packages
ARG TORCH=cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/opt/webstyle/bin:$PATH
RUN python -m venv /opt/webstyle
WORKDIR /packages
COPY requirements.txt .
# PyPI's torch brings CUDA along, several GB of it; one without lies at PyTorch's own index.
RUN grep '^torch' requirements.txt > torch.txt; \
    case "$TORCH" in \
        cpu) pip install --index-url https://download.pytorch.org/whl/cpu -r torch.txt ;; \
        cuda) pip install -r torch.txt ;; \
        *) echo "TORCH=$TORCH is unknown: use cpu or cuda" >&2; exit 2 ;; \
    esac
RUN pip install -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/webstyle/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR=/var/lib/webstyle STATIC_ROOT=/srv/static
# A number of its own, so that a volume belongs to the same user on every machine.
RUN useradd --system --uid 10001 --home-dir /srv/webstyle webstyle && \
    install -d -o webstyle -g webstyle /var/lib/webstyle
COPY --from=packages /opt/webstyle /opt/webstyle
WORKDIR /srv/webstyle
COPY . .
# With a folder and a key for this step alone: the image has no secret key. Its user cannot write
# down what is compiled, so that is done here.
RUN python -m compileall -q gallery webstyle && \
    pybabel compile -d locale -D django && pybabel compile -d locale -D djangojs && \
    VAR=/tmp/build SECRET_KEY=build python manage.py collectstatic --noinput && \
    rm -r /tmp/build
USER webstyle
VOLUME /var/lib/webstyle
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
