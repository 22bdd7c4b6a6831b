"""Names, streets and things in the scripts of the world, made up for tests; and orders of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.addresses import Address
from domain.orders.order import Order
from tests.printing import papers


class Letters(NamedTuple):
    """What a buyer and what they bought is called in a script."""

    company: str
    name: str
    street: str
    city: str
    country: str
    item: str

    @property
    def address(self) -> Address:
        """Where they live."""
        return Address(
            company=self.company,
            name=self.name,
            line1=self.street,
            postcode="00012",
            city=self.city,
            country=self.country,
        )


SCRIPTS = {
    "arabic": Letters("شركة الأمثلة", "محمد بن عبد الله", "شارع النماذج ١٢", "الرياض", "SA", "كوب أزرق كبير"),
    "hebrew": Letters("חברת הדוגמאות", "דנה לוי-כהן", "רחוב הדוגמה 12", "תל אביב", "IL", "ספל כחול"),
    "japanese": Letters("見本株式会社", "山田 太郎", "見本町1丁目", "東京", "JP", "抹茶茶碗「春の風」限定版"),
    "chinese": Letters("样品有限公司", "王小明", "样品路十二号", "上海", "CN", "蓝色茶杯 限量版"),
    "traditional": Letters("樣品有限公司", "陳大文", "樣品路十二號", "台北", "TW", "藍色茶杯"),
    "korean": Letters("견본 주식회사", "홍길동", "견본로 12", "서울", "KR", "파란 머그컵"),
    "thai": Letters("บริษัท ตัวอย่าง", "สมชาย ใจดี", "ถนนตัวอย่าง 12", "กรุงเทพฯ", "TH", "ถ้วยกาแฟสีน้ำเงิน"),
    "devanagari": Letters("नमूना लिमिटेड", "राम शर्मा", "नमूना मार्ग 12", "दिल्ली", "IN", "चाय का कप, किताब"),
    "tamil": Letters("மாதிரி நிறுவனம்", "குமார்", "மாதிரி சாலை 12", "சென்னை", "IN", "நீல கோப்பை"),
    "emoji": Letters("Fête 🎉 Exemple", "Zoë 👩‍👩‍👧", "1 rue ☕", "Exempleville 🇫🇷", "FR", "Emoji mug ☕🔥 ✓"),
    "greek": Letters("Παράδειγμα", "Ελένη Δοκιμή", "Οδός Δοκιμής 5", "Θεσσαλονίκη", "GR", "Κούπα μπλε"),
}


def ordered(letters: Letters, *commands: Any, **facts: Any) -> Order:
    """A French order of theirs."""
    items = (papers.cup(letters.item), papers.cup(f"{letters.item} {letters.city}", 1, 990, sku="POT-7"))
    return papers.decided(*commands, items=items, billing_address=letters.address, **facts)
