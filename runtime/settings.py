"""Every environment variable, in one place: its type, default, check, and meaning in two languages.

`docs/reference/ENVVARS.md` and its Spanish twin are generated from this class (`whatsappb24 docs`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self, get_args, get_type_hints
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from runtime.mail_variables import (
    SmtpFrom,
    SmtpHost,
    SmtpPassword,
    SmtpPort,
    SmtpSecurity,
    SmtpUser,
)
from runtime.payment_variables import (
    PaypalAuthority,
    PaypalClientId,
    PaypalClientSecret,
    PaypalTransport,
    PaypalUrl,
    PaypalWebhookIds,
    StripePageOrigins,
    StripeSecretKey,
    StripeUrl,
    StripeWebhookSecrets,
)
from runtime.secrets import role_password
from runtime.variables import (
    LOG_LEVELS,
    Variable,
    addresses,
    connector_id,
    database_address,
    https_address,
    keys,
    log_level,
    whole,
)

API_ROLE = "whatsappb24_api"
WORKER_ROLE = "whatsappb24_worker"
TRACE_ROLE = "whatsappb24_trace"
LOGIN_ROLES = (API_ROLE, WORKER_ROLE, TRACE_ROLE)
_ROLE_FIELDS = ("api_database_url", "worker_database_url", "trace_database_url")


class SettingRefused(Exception):
    """A variable is missing or wrong. One line: variable, problem, what to do; never the value."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one process. Its printed form hides what is secret."""

    database_url: Annotated[
        str,
        Variable(
            secret=True,
            read=database_address,
            example="postgresql://postgres:…@db.example.com:5432/whatsappb24",
            en="PostgreSQL 16 or newer, as a role that may create roles and schemas. Used by "
            "migrate, psql and doctor; the services use the three variables below, whose defaults "
            "come from this one.",
            es="PostgreSQL 16 o posterior, con un rol que pueda crear roles y esquemas. Lo usan "
            "migrate, psql y doctor; los servicios usan las tres variables siguientes, cuyos "
            "valores por defecto salen de esta.",
        ),
    ]
    api_database_url: Annotated[
        str,
        Variable(
            default="",
            secret=True,
            read=database_address,
            role=API_ROLE,
            example="postgresql://whatsappb24_api:…@pooler:6432/whatsappb24",
            en="The database as the API sees it: its role may only execute functions.",
            es="La base de datos para la API: su rol solo puede ejecutar funciones.",
        ),
    ]
    worker_database_url: Annotated[
        str,
        Variable(
            default="",
            secret=True,
            read=database_address,
            role=WORKER_ROLE,
            example="postgresql://whatsappb24_worker:…@pooler:6432/whatsappb24",
            en="The database as the worker sees it.",
            es="La base de datos para el proceso de envío (worker).",
        ),
    ]
    trace_database_url: Annotated[
        str,
        Variable(
            default="",
            secret=True,
            read=database_address,
            role=TRACE_ROLE,
            example="postgresql://whatsappb24_trace:…@pooler:6432/whatsappb24",
            en="The database as the writer of the traceability log sees it.",
            es="La base de datos para quien escribe el registro de trazabilidad.",
        ),
    ]
    secret_keys: Annotated[
        tuple[str, ...],
        Variable(
            secret=True,
            empty=(),
            read=keys,
            example="<Fernet key>,<older Fernet key>",
            en="Fernet keys, newest first, separated by commas. The first seals tokens at rest and "
            "gives the database roles their passwords; the others only open what was sealed "
            "before. To rotate: put a new key in front, run «whatsappb24 migrate» and "
            "«whatsappb24 rotate-keys», restart, drop the old key.",
            es="Claves Fernet, la más nueva primero, separadas por comas. La primera cifra los "
            "tokens guardados y da sus contraseñas a los roles de la base de datos; las demás "
            "solo abren lo cifrado antes. Para rotar: ponga una clave nueva delante, ejecute "
            "«whatsappb24 migrate» y «whatsappb24 rotate-keys», reinicie y quite la clave vieja.",
        ),
    ]
    public_url: Annotated[
        str,
        Variable(
            read=https_address,
            example="https://whatsapp.example.com",
            en="The https address under which Bitrix24, Gupshup, Stripe and PayPal reach this service.",
            es="La dirección https por la que Bitrix24, Gupshup, Stripe y PayPal llegan a este servicio.",
        ),
    ]
    host: Annotated[
        str,
        Variable(
            default="127.0.0.1",
            example="0.0.0.0",  # noqa: S104 an example for containers, not a default
            en="The address the API listens on.",
            es="La dirección en la que escucha la API.",
        ),
    ]
    port: Annotated[
        int,
        Variable(
            default="8000",
            read=whole(0, 65535),
            example="8000",
            en="The port the API listens on; 0 takes a free one.",
            es="El puerto en el que escucha la API; 0 toma uno libre.",
        ),
    ]
    bitrix24_client_id: Annotated[
        str,
        Variable(
            example="local.0123456789abcd.01234567",
            en="The application's code (client_id), shown by Bitrix24 when the local application is made.",
            es="El código de la aplicación (client_id), que Bitrix24 muestra al crear la aplicación local.",
        ),
    ]
    bitrix24_client_secret: Annotated[
        str,
        Variable(
            secret=True,
            example="<application key>",
            en="The application's key (client_secret), shown beside its code.",
            es="La clave de la aplicación (client_secret), que se muestra junto al código.",
        ),
    ]
    bitrix24_auth_servers: Annotated[
        tuple[str, ...],
        Variable(
            default="https://oauth.bitrix.info,https://oauth.bitrix24.tech",
            read=addresses,
            example="https://oauth.bitrix.info",
            en="The authorization servers whose answers are believed, separated by commas.",
            es="Los servidores de autorización en los que se confía, separados por comas.",
        ),
    ]
    gupshup_url: Annotated[
        str,
        Variable(
            default="https://api.gupshup.io",
            read=https_address,
            example="https://api.gupshup.io",
            en="Gupshup's API.",
            es="La API de Gupshup.",
        ),
    ]
    stripe_secret_key: StripeSecretKey
    stripe_webhook_secrets: StripeWebhookSecrets
    stripe_url: StripeUrl
    stripe_page_origins: StripePageOrigins
    paypal_client_id: PaypalClientId
    paypal_client_secret: PaypalClientSecret
    paypal_webhook_ids: PaypalWebhookIds
    paypal_url: PaypalUrl
    paypal_authority: PaypalAuthority
    paypal_transport: PaypalTransport
    smtp_host: SmtpHost
    smtp_port: SmtpPort
    smtp_security: SmtpSecurity
    smtp_user: SmtpUser
    smtp_password: SmtpPassword
    smtp_from: SmtpFrom
    trusted_origins: Annotated[
        tuple[str, ...],
        Variable(
            default="",
            empty=(),
            read=addresses,
            example="http://127.0.0.1:9000",
            en="Origins exempt from «https and public addresses only», separated by commas. For the "
            "sandbox; doctor warns when it is set.",
            es="Orígenes exentos de «solo https y direcciones públicas», separados por comas. Para "
            "el entorno simulado; doctor avisa cuando está definida.",
        ),
    ]
    media_dir: Annotated[
        Path,
        Variable(
            default="var/media",
            read=Path,
            example="/var/lib/whatsappb24/media",
            en="Where files on their way wait. Every API and worker process must see the same directory.",
            es="Donde esperan los archivos en tránsito. Todos los procesos deben ver el mismo directorio.",
        ),
    ]
    spool_dir: Annotated[
        Path,
        Variable(
            default="var/spool",
            read=Path,
            example="/var/lib/whatsappb24/spool",
            en="Where the API keeps incoming requests while the database is away. Must survive a restart.",
            es="Donde la API guarda lo que llega mientras la base de datos no responde. Debe "
            "sobrevivir a un reinicio.",
        ),
    ]
    log_level: Annotated[
        str,
        Variable(
            default="INFO",
            read=log_level,
            example="INFO",
            en=f"The least severe level written to standard output: {', '.join(LOG_LEVELS)}.",
            es=f"El nivel menos grave que se escribe en la salida estándar: {', '.join(LOG_LEVELS)}.",
        ),
    ]
    trace_keep_days: Annotated[
        int,
        Variable(
            default="30",
            read=whole(3, 3650),
            example="30",
            en="Days that the traceability log is kept. Bitrix24's Market asks for 3 at least.",
            es="Días que se conserva el registro de trazabilidad. El Market de Bitrix24 pide al menos 3.",
        ),
    ]
    connector_id: Annotated[
        str,
        Variable(
            default="wab24",
            read=connector_id,
            example="wab24",
            en="The connector's code in Bitrix24. Do not change it once a portal has installed the "
            "application.",
            es="El código del conector en Bitrix24. No lo cambie cuando ya haya un portal con la aplicación.",
        ),
    ]
    app_name: Annotated[
        str,
        Variable(
            default="WhatsAppB24",
            example="WhatsAppB24",
            en="The application's name in Bitrix24's menu and contact center.",
            es="El nombre de la aplicación en el menú y en el centro de contacto de Bitrix24.",
        ),
    ]
    oidc_issuer: Annotated[
        str,
        Variable(
            default="",
            read=https_address,
            example="https://login.example.com",
            en="The OpenID provider with which the provider's staff may sign in (its issuer address); "
            "empty: with one-time links only. Needs the two variables below.",
            es="El proveedor de OpenID con el que puede entrar el equipo del proveedor (la dirección de su "
            "emisor); vacía: solo con enlaces de un solo uso. Necesita las dos variables siguientes.",
        ),
    ]
    oidc_client_id: Annotated[
        str,
        Variable(
            default="",
            example="whatsappb24",
            en="Our client at the OpenID provider, registered with the return address "
            "{PUBLIC_URL}/staff/v1/oidc/return.",
            es="Nuestro cliente en el proveedor de OpenID, registrado con la dirección de retorno "
            "{PUBLIC_URL}/staff/v1/oidc/return.",
        ),
    ]
    oidc_client_secret: Annotated[
        str,
        Variable(
            default="",
            secret=True,
            example="<client secret>",
            en="The secret of that client.",
            es="El secreto de ese cliente.",
        ),
    ]
    worker_concurrency: Annotated[
        int,
        Variable(
            default="32",
            read=whole(1, 1024),
            example="32",
            en="How many requests to the outside one worker process has on the wire at once.",
            es="Cuántas peticiones al exterior mantiene a la vez un proceso de envío (worker).",
        ),
    ]

    @classmethod
    def load(cls, environ: Mapping[str, str], *, needs: Collection[str] | None = None) -> Self:
        """Read and check every variable. Raises `SettingRefused` for the first one that is missing or wrong.

        `needs` names the variables that this command cannot do without (default: all without a default);
        one that is not needed and not set is empty.
        """
        found: dict[str, Any] = {}
        for name, variable in variables().items():
            text = environ.get(name, "").strip() or variable.default
            if text is None and (needs is None or name in needs):
                raise SettingRefused(f"{name} is not set. {variable.en} Example: {variable.example}")
            try:
                found[name.lower()] = variable.read(text) if text else variable.empty
            except ValueError as problem:
                raise SettingRefused(f"{name} {problem}. Example: {variable.example}") from None
        return cls(**_with_role_addresses(found))

    def __repr__(self) -> str:
        shown = (
            f"{name.lower()}={'[secret]' if variable.secret else repr(getattr(self, name.lower()))}"
            for name, variable in variables().items()
        )
        return f"Settings({', '.join(shown)})"


@cache
def variables() -> Mapping[str, Variable]:
    """Return every environment variable by its name, in the order of `Settings`."""
    hints = get_type_hints(Settings, include_extras=True)
    return {
        name.upper(): next(part for part in get_args(hint) if isinstance(part, Variable))
        for name, hint in hints.items()
    }


def role_address(database_url: str, role: str, password: str) -> str:
    """Return the same database's address for another role."""
    parts = urlsplit(database_url)
    server = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{server}"))


def _with_role_addresses(found: dict[str, Any]) -> dict[str, Any]:
    """Fill in the addresses of the login roles that were not given themselves."""
    if not (found["database_url"] and found["secret_keys"]):
        return found
    derived = {
        field: role_address(found["database_url"], role, role_password(found["secret_keys"], role))
        for field, role in zip(_ROLE_FIELDS, LOGIN_ROLES, strict=True)
    }
    return {**found, **{field: found[field] or address for field, address in derived.items()}}
