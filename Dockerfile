# The house in production form. No secret is in it: every key comes from the environment when it starts.
FROM python:3.11-slim-bookworm AS libraries
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/house \
    && /opt/house/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.lock

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 house \
    && useradd --uid 10001 --gid house --no-create-home --shell /usr/sbin/nologin house \
    && install -d -o house -g house /srv/var /srv/var/journal /srv/var/attachments
COPY --from=libraries /opt/house /opt/house
WORKDIR /srv/house
COPY manage.py pyproject.toml ./
COPY config config
COPY tickets tickets
COPY integrations integrations
COPY hotline hotline
COPY docs/guide docs/guide
ENV PATH=/opt/house/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    HOTLINE_VAR=/srv/var \
    STATIC_ROOT=/srv/static
RUN python manage.py collectstatic --no-input
USER house
VOLUME /srv/var
EXPOSE 8600
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "config.probe", "/ready"]
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8600", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--timeout", "30", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", "--logger-class", "config.logs.AccessLog"]
