"""The example of the question type ``screen`` in documentation and gallery, and a longer one: a scam call."""

from hocvuso.questions.screen.model import SimulatedScreen

EXAMPLE = SimulatedScreen(
    "tin-nhan-phi-cau-duong",
    "Trưa nay anh Bình nhận được một tin nhắn. Anh/chị cầm máy thay anh và làm như chính mình sẽ làm.",
    screens={
        "tin-nhan": {
            "kind": "sms",
            "title": "Một tin nhắn mới",
            "show": [
                {"sender": "0********123"},
                {
                    "them": "Xe cua ban con no phi 32.000d. Nop truoc 18h tai phi-duong.example, qua han bi phat."
                },
            ],
            "do": {
                "bam": {
                    "link": "phi-duong.example",
                    "to": "trang-nop",
                    "bad": "Đường dẫn do người nhắn chọn. Số tiền nhỏ là để người ta khỏi nghĩ.",
                },
                "tu-tra": {
                    "button": "Không bấm; tự mở ứng dụng vẫn dùng để xem",
                    "to": "ung-dung",
                    "good": "Đường do mình tự mở thì kẻ gian khó xen vào.",
                },
                "xoa": {"button": "Xóa tin, làm việc khác", "to": "khong-biet"},
            },
        },
        "trang-nop": {
            "kind": "web",
            "title": "Nộp phí",
            "show": [{"address": "phi-duong.example/nop"}, {"field": "Số thẻ"}, {"field": "Mã gửi về máy"}],
            "do": {
                "nop": {
                    "send": "Nộp 32.000 đồng",
                    "to": "mat-tien",
                    "fatal": "Số thẻ cùng mã gửi về máy là đủ để rút tiền của mình.",
                },
                "dong": {"button": "Đóng trang, tự mở ứng dụng vẫn dùng", "to": "ung-dung"},
            },
        },
        "ung-dung": {
            "kind": "bank",
            "title": "Ứng dụng anh Bình vẫn dùng",
            "show": [{"notice": "Không có khoản phí nào chưa nộp."}],
            "do": {
                "bao": {
                    "button": "Chụp lại tin nhắn, báo cơ quan công an",
                    "to": "yen",
                    "good": "Ảnh chụp giúp lần theo người gửi và nhắc được người khác.",
                },
                "thoi": {"button": "Thoát ra, bỏ qua tin nhắn", "to": "khong-biet"},
            },
        },
    },
    endings={
        "yen": "Không mất gì, và tin báo của anh Bình giúp được người khác.",
        "khong-biet": "Không mất gì, nhưng cũng không ai biết có tin nhắn này.",
        "mat-tien": "Tài khoản bị rút tiền. Anh Bình phải gọi ngay ngân hàng để khóa giao dịch.",
    },
    best=["tu-tra", "bao"],
    why="Tin đòi nộp tiền thì không bấm đường dẫn trong tin: tự mở nơi mình vẫn dùng để xem, rồi báo.",
    points=2,
)

SCAM_CALL = SimulatedScreen(
    "cuoc-goi-cap-nhat",
    "Chị Hạnh, chuyên viên văn phòng, sắp vào họp thì điện thoại reo. Anh/chị cầm máy thay chị và làm như chính "
    "mình sẽ làm.",
    screens={
        "goi-den": {
            "kind": "call",
            "title": "Một số lạ đang gọi",
            "show": [{"sender": "0********123"}, "8 giờ 50 phút, thứ Hai. 9 giờ có cuộc họp."],
            "do": {
                "nghe": {"button": "Nghe máy", "to": "dang-noi"},
                "khong-nghe": {
                    "button": "Không nghe, để xem có lời nhắn gì",
                    "to": "tin-lo",
                    "good": "Không nghe số lạ cũng không mất gì: việc cần thì mình tự gọi lại theo số tự tìm.",
                },
            },
        },
        "dang-noi": {
            "kind": "call",
            "title": "Người gọi đang nói",
            "show": [
                {"sender": "0********123"},
                {
                    "them": "Chào chị, tôi gọi từ công an phường. Sau sáp nhập, địa chỉ của chị trên ứng dụng định "
                    "danh chưa khớp. Tôi vừa nhắn một đường dẫn, chị bấm vào cập nhật rồi xác nhận dãy số gửi về "
                    "máy. Quá 9 giờ là tài khoản bị khóa, chị đừng tắt máy nhé."
                },
            ],
            "do": {
                "mo-tin": {"button": "Giữ máy, mở tin nhắn ra xem", "to": "tin-nhan"},
                "xin-the": {"button": "Hỏi tên, xin ảnh thẻ ngành", "to": "xung-danh"},
                "cup-may": {
                    "button": "Nói “tôi sẽ gọi lại” rồi cúp máy",
                    "to": "sau-cuoc-goi",
                    "good": "Cuộc gọi nào cũng dừng lại được. Cúp máy lấy lại cho mình thời gian để nghĩ.",
                },
            },
        },
        "xung-danh": {
            "kind": "call",
            "title": "Người gọi xưng danh",
            "show": [
                {"sender": "0********123"},
                {"me": "Anh cho tôi xin tên và ảnh thẻ ngành."},
                {"them": "Tôi vừa gửi ảnh thẻ vào tin nhắn rồi đấy. Chị làm nhanh giúp, còn năm phút thôi."},
            ],
            "do": {
                "xem-the": {
                    "button": "Thấy ảnh thẻ thì yên tâm, mở tin nhắn làm theo",
                    "to": "tin-nhan",
                    "bad": "Ảnh thẻ ai cũng làm giả được; nó không cho biết người gọi là ai.",
                },
                "cup-may": {
                    "button": "Nói “tôi sẽ gọi lại” rồi cúp máy",
                    "to": "sau-cuoc-goi",
                    "good": "Cuộc gọi nào cũng dừng lại được. Cúp máy lấy lại cho mình thời gian để nghĩ.",
                },
            },
        },
        "tin-nhan": {
            "kind": "sms",
            "title": "Tin nhắn vừa đến",
            "show": [
                {"sender": "0********123"},
                {
                    "them": "Cong dan cap nhat dia chi tai dinh-danh-moi.example truoc 9h. Qua han khoa tai khoan."
                },
            ],
            "do": {
                "bam": {
                    "link": "dinh-danh-moi.example",
                    "to": "trang-cap-nhat",
                    "bad": "Đường dẫn do người gọi chọn dẫn đến nơi người ấy muốn. Việc thật thì mình tự mở ứng dụng.",
                },
                "cup-may": {
                    "button": "Không bấm, cúp máy",
                    "to": "sau-cuoc-goi",
                    "good": "Lời dọa khóa tài khoản và đường dẫn lạ đi cùng nhau là đủ để dừng lại.",
                },
            },
        },
        "tin-lo": {
            "kind": "sms",
            "title": "Số vừa gọi để lại tin nhắn",
            "show": [
                {"sender": "0********123"},
                {
                    "them": "Cong dan cap nhat dia chi tai dinh-danh-moi.example truoc 9h. Qua han khoa tai khoan."
                },
            ],
            "do": {
                "bam": {
                    "link": "dinh-danh-moi.example",
                    "to": "trang-cap-nhat",
                    "bad": "Đường dẫn của số lạ dẫn đến nơi người nhắn muốn. Việc thật thì mình tự mở ứng dụng.",
                },
                "goi-phuong": {
                    "button": "Tự tìm số công an phường rồi gọi hỏi",
                    "to": "xac-minh",
                    "good": "Con đường do mình tự tìm thì kẻ gian khó xen vào.",
                },
                "bo-qua": {"button": "Xóa tin, vào họp", "to": "khong-ai-biet"},
            },
        },
        "trang-cap-nhat": {
            "kind": "web",
            "title": "Cập nhật thông tin định danh",
            "show": [
                {"address": "dinh-danh-moi.example/cap-nhat"},
                {"notice": "Phiên làm việc hết hạn sau 04:59"},
                {"field": "Số điện thoại"},
                {"field": "Dãy số vừa gửi về máy"},
            ],
            "do": {
                "xac-nhan": {
                    "send": "Xác nhận",
                    "to": "mat-tai-khoan",
                    "fatal": "Dãy số dùng một lần là chữ ký của mình. Gõ nó vào trang của người khác là ký cho họ.",
                },
                "dong": {
                    "button": "Đóng trang, cúp máy",
                    "to": "sau-cuoc-goi",
                    "good": "Dừng ở đây vẫn kịp: chưa có dãy số thì họ chưa vào được tài khoản.",
                },
            },
        },
        "sau-cuoc-goi": {
            "kind": "call",
            "title": "Cuộc gọi đã tắt",
            "show": ["Tin nhắn vẫn còn trong máy. Còn mấy phút nữa là vào họp."],
            "do": {
                "goi-so-la": {
                    "button": "Gọi lại số vừa rồi để hỏi cho rõ",
                    "to": "dang-noi",
                    "bad": "Gọi lại số ấy là gặp lại đúng người ấy, và cho họ thêm một dịp thuyết phục.",
                },
                "goi-phuong": {
                    "button": "Tự tìm số công an phường rồi gọi hỏi",
                    "to": "xac-minh",
                    "good": "Con đường do mình tự tìm thì kẻ gian khó xen vào.",
                },
                "bo-qua": {"button": "Xóa tin, vào họp", "to": "khong-ai-biet"},
            },
        },
        "xac-minh": {
            "kind": "call",
            "title": "Công an phường nghe máy",
            "show": [
                {"me": "Có người xưng công an phường bảo tôi cập nhật địa chỉ. Có đúng không ạ?"},
                {"them": "Không phải chúng tôi đâu chị. Tin nhắn ấy chị còn giữ không?"},
            ],
            "do": {
                "chup": {
                    "button": "Chụp lại tin nhắn và số máy, gửi phản ánh",
                    "to": "an-toan",
                    "good": "Ảnh chụp là chỗ để cơ quan công an lần theo và báo cho người khác.",
                },
                "xoa": {
                    "button": "Xóa tin cho sạch máy rồi vào họp",
                    "to": "mat-dau-vet",
                    "bad": "Xóa tin là xóa luôn bằng chứng.",
                },
            },
        },
    },
    endings={
        "an-toan": "Chị Hạnh vào họp đúng giờ. Tài khoản còn nguyên, và tin báo của chị giúp được người khác.",
        "mat-dau-vet": "Chị Hạnh không mất gì, nhưng chẳng còn gì để cơ quan công an lần theo.",
        "khong-ai-biet": "Chị Hạnh không mất gì. Người gọi thì lại gọi sang người khác.",
        "mat-tai-khoan": "Kẻ gian dùng dãy số ấy vào tài khoản của chị Hạnh. Chị phải gọi ngân hàng khóa giao dịch và "
        "báo công an ngay.",
    },
    best=["nghe", "cup-may", "goi-phuong", "chup"],
    why="Dừng cuộc gọi, tự tìm đường để hỏi, giữ bằng chứng rồi báo: ba việc ấy đúng với mọi kịch bản, dù người gọi "
    "đổi lời kể thế nào.",
    points=3,
)
