"""What can be said about the variables of payments: Stripe's and PayPal's accounts."""

from __future__ import annotations

from typing import Annotated

from runtime.variables import Variable, addresses, https_address, one_of, texts

StripeSecretKey = Annotated[
    str,
    Variable(
        default="",
        secret=True,
        example="sk_live_…",
        en="Stripe's secret key. Without it nothing is paid with Stripe and its webhook does not exist.",
        es="La clave secreta de Stripe. Sin ella no se paga con Stripe y su webhook no existe.",
    ),
]
StripeWebhookSecrets = Annotated[
    tuple[str, ...],
    Variable(
        default="",
        secret=True,
        empty=(),
        read=texts,
        example="whsec_…,whsec_…",
        en="Signing secrets of the webhook at Stripe, newest first, separated by commas; two while one "
        "replaces the other.",
        es="Secretos de firma del webhook en Stripe, el más nuevo primero, separados por comas; dos "
        "mientras uno reemplaza al otro.",
    ),
]
StripeUrl = Annotated[
    str,
    Variable(
        default="https://api.stripe.com",
        read=https_address,
        example="https://api.stripe.com",
        en="Stripe's API.",
        es="La API de Stripe.",
    ),
]
StripePageOrigins = Annotated[
    tuple[str, ...],
    Variable(
        default="https://checkout.stripe.com,https://billing.stripe.com",
        read=addresses,
        example="https://checkout.stripe.com,https://pagos.example.com",
        en="Where Stripe's pages live; customers are sent nowhere else. Add your own Checkout domain here.",
        es="Dónde están las páginas de Stripe; a los clientes no se les envía a otro sitio. Añada aquí "
        "su propio dominio de Checkout.",
    ),
]
PaypalClientId = Annotated[
    str,
    Variable(
        default="",
        example="AYSq3RDGsmBLJE-otTkBtM-jBRd1TCQwFf9R…",
        en="PayPal's client id. Without it nothing is paid with PayPal and its webhook does not exist.",
        es="El id de cliente de PayPal. Sin él no se paga con PayPal y su webhook no existe.",
    ),
]
PaypalClientSecret = Annotated[
    str,
    Variable(
        default="",
        secret=True,
        example="<client secret>",
        en="The secret that belongs to it.",
        es="El secreto que le corresponde.",
    ),
]
PaypalWebhookIds = Annotated[
    tuple[str, ...],
    Variable(
        default="",
        empty=(),
        read=texts,
        example="8PT597110X687430L",
        en="Ids of our webhook at PayPal, newest first, separated by commas; PayPal signs them.",
        es="Ids de nuestro webhook en PayPal, el más nuevo primero, entre comas; PayPal los firma.",
    ),
]
PaypalUrl = Annotated[
    str,
    Variable(
        default="https://api-m.paypal.com",
        read=https_address,
        example="https://api-m.sandbox.paypal.com",
        en="PayPal's API: live, its sandbox, or a simulator.",
        es="La API de PayPal: la real, su entorno de pruebas o un simulador.",
    ),
]
PaypalAuthority = Annotated[
    str,
    Variable(
        default="",
        example="/etc/whatsappb24/simulated-paypal.pem",
        en="For a simulator: the PEM file of the authority of its webhook certificates.",
        es="Para un simulador: el archivo PEM de la autoridad de los certificados de su webhook.",
    ),
]
PaypalTransport = Annotated[
    str,
    Variable(
        default="httpx",
        read=one_of("httpx", "paypalrestsdk"),
        example="paypalrestsdk",
        en="Who carries the requests: httpx, or PayPal's deprecated package, hardened (ADR 11).",
        es="Quién lleva las peticiones: httpx o el paquete obsoleto de PayPal, reforzado (ADR 11).",
    ),
]
