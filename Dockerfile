# One image for every process of Headwater: `api`, `worker`, `migrate` are commands of it.
FROM python:3.12-slim AS packages
WORKDIR /headwater
RUN python -m venv /opt/headwater
COPY requirements.lock ./
RUN /opt/headwater/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY connectors connectors
COPY cypher cypher
COPY examples examples
COPY graph_model graph_model
COPY headwater headwater
COPY workers workers
RUN /opt/headwater/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
# Nobody needs to be root in here; the folder for data belongs to the user that writes it.
RUN useradd --create-home --uid 10001 headwater && install --directory --owner headwater /data
COPY --from=packages /opt/headwater /opt/headwater
ENV PATH=/opt/headwater/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HEADWATER_STORAGE_ROOT=/data
USER headwater
WORKDIR /home/headwater
VOLUME /data
EXPOSE 8400
ENTRYPOINT ["headwater"]
CMD ["--help"]
