"""The WSDL of the petition platform: every method with its elements as texts."""

from __future__ import annotations

from .petition_rules import METHODS, OPTIONAL
from .petition_soap import NAMESPACE

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><wsdl:definitions name="PetitionExchange" '
    f'targetNamespace="{NAMESPACE}" xmlns:tns="{NAMESPACE}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
    'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:s="http://www.w3.org/2001/XMLSchema">'
)


def wsdl(address: str) -> bytes:
    """The description with ``address`` as the location of the service."""
    types = "".join(_element(name, METHODS[name]) for name in METHODS)
    messages = "".join(_message(f"{name}{way}") for name in METHODS for way in ("", "Response"))
    port = "".join(
        f'<wsdl:operation name="{name}"><wsdl:input message="tns:{name}Soap"/>'
        f'<wsdl:output message="tns:{name}ResponseSoap"/></wsdl:operation>'
        for name in METHODS
    )
    binding = "".join(map(_bound, METHODS))
    return (
        f'{_HEAD}<wsdl:types><s:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">'
        f"{types}</s:schema></wsdl:types>{messages}"
        f'<wsdl:portType name="PetitionExchangeSoap">{port}</wsdl:portType>'
        '<wsdl:binding name="PetitionExchangeSoap" type="tns:PetitionExchangeSoap">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{binding}</wsdl:binding>'
        '<wsdl:service name="PetitionExchange"><wsdl:port name="PetitionExchangeSoap" binding="tns:PetitionExchangeSoap">'
        f'<soap:address location="{address}"/></wsdl:port></wsdl:service></wsdl:definitions>'
    ).encode()


def _element(name: str, parts: tuple[str, ...]) -> str:
    inner = "".join(
        f'<s:element name="{part}" type="s:string" minOccurs="{int(part not in OPTIONAL)}"/>' for part in parts
    )
    if name == "ReplyInfo":
        inner += '<s:element name="fjs" minOccurs="0"/>'
    answer = f'<s:element name="{name}Result" type="s:anyType"/>'
    return _complex(name, inner) + _complex(f"{name}Response", answer)


def _complex(name: str, inner: str) -> str:
    return f'<s:element name="{name}"><s:complexType><s:all>{inner}</s:all></s:complexType></s:element>'


def _message(name: str) -> str:
    return f'<wsdl:message name="{name}Soap"><wsdl:part name="parameters" element="tns:{name}"/></wsdl:message>'


def _bound(name: str) -> str:
    use = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{name}"><soap:operation soapAction="{NAMESPACE}/{name}" style="document"/>'
        f"<wsdl:input>{use}</wsdl:input><wsdl:output>{use}</wsdl:output></wsdl:operation>"
    )
